export { modeRuns, skip, type SkipReason } from './skip.js';
export { takingBackend, type TakingBackend } from './taking-backend.js';
