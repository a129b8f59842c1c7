export { modeRuns, skip, type SkipReason } from './skip.js';
