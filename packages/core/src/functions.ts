/** Everything of the core but the fluent methods of tensors. */
export { version } from './version.js';
export * from './api.js';
