/** What becomes of a program, how long its steps take, and which rewrite broke it: text, JSON, drawings. */
export { explain, type ExplainOptions } from './explain/explain.js';
export type {
  Explanation,
  ExplainedMemory,
  ExplainedPass,
  ExplainedRewrite,
  ExplainedStep,
  ExplanationJson,
} from './explain/explanation.js';
export type { GraphSnapshot, NodeSnapshot, Plain } from './explain/snapshot.js';
export { graphAt, labelOf, toDot, type Stage } from './explain/dot.js';
export { toMermaid } from './explain/mermaid.js';
export { profile } from './explain/profile.js';
export type { Profile, ProfiledCompilation, ProfiledProgram, ProfiledStep } from './explain/profile-table.js';
export type { TraceEvent, TraceFile } from './explain/trace-events.js';
export { setDebugLevel, startDebug } from './explain/debug.js';
export { bisect, type BisectOptions, type BisectResult } from './runtime/bisect.js';
export { findAnomaly, type Anomaly } from './runtime/find-anomaly.js';
