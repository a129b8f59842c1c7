export { explainStep } from './explain-step.js';
export { backendNames, openBackend, type BackendName } from './backend.js';
export { FlagError, readFlags, type Flag, type Values } from './flags.js';
export { runMain } from './run-main.js';
export { shortExplanation } from './short-explanation.js';
