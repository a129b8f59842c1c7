/** One suite of tests that every backend passes: the contract, the primitives, fused calls, random programs, training, gradients. */
export { backendSuite, sections, type BackendSuiteOptions, type Omission } from './suite.js';
export { ieeeAccuracy, shaderAccuracy, type Accuracy } from './accuracy.js';
export type { Mode } from './mode.js';
export { supportOf, supportTable, type OpSupport, type SupportOptions } from './modes/support.js';
export { timingsOf, timingTable, type Timing, type TimingOptions } from './modes/perf.js';
export { runCase } from './run-case.js';
export { ConformanceError } from './support/fail.js';
export type { Case, CaseContext, Observation, Section } from './sections/section.js';
