/** How this repository measures. */
export * from './statistics.js';
export * from './format.js';
export * from './interleave.js';
export * from './nested-loops.js';
export * from './machine.js';
export * from './backends.js';
