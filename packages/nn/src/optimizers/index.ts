export { adam, adamW, type AdamOptions } from './adam.js';
export { clipByGlobalNorm, globalNorm } from './clip.js';
export type { Optimizer, OptimizerOptions, UpdateContext } from './optimizer.js';
export { rmsprop, type RmspropOptions } from './rmsprop.js';
export { sgd, type SgdOptions } from './sgd.js';
