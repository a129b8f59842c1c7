// Layers put together.
export { connect, functional, input, type Connection } from './functional.js';
export { residual, type ResidualOptions } from './residual.js';
export { sequential, type SequentialOptions } from './sequential.js';
