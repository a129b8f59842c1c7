/** One suite of tests that every backend passes: the contract, the primitives, fused calls, random programs, training, gradients. */
export { backendSuite, sections, type BackendSuiteOptions, type Omission } from './suite.js';
export type { OwnOp } from './own-op.js';
export { opSuite, type OpSuiteOptions, type RefusedCall } from './laws/op-suite.js';
export { passSuite, ruleSuite, type LawOptions, type PassSuiteOptions, type RuleSuiteOptions } from './laws/rule-suite.js';
export type { Runner } from './laws/suite-options.js';
export { graphValues } from './laws/graph-values.js';
export { ieeeAccuracy, shaderAccuracy, type Accuracy } from './accuracy.js';
export type { Mode } from './mode.js';
export { supportOf, supportTable, type OpSupport, type SupportOptions } from './modes/support.js';
export { timingsOf, timingTable, type Timing, type TimingOptions } from './modes/perf.js';
export { runCase } from './run-case.js';
export type { CompositeBound } from './sections/composite-bounds.js';
export type { Call } from './support/call.js';
export { ConformanceError } from './support/fail.js';
export type { Case, CaseContext, Observation, Section } from './sections/section.js';
