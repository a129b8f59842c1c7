// Every public operation, by room.
export { tensor } from './create/tensor.js';
export { add } from './elementwise/add.js';
export { cast } from './elementwise/cast.js';
