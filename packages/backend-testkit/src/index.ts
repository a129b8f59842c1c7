/** One suite of tests that every backend passes: the contract, the primitives, fused calls, random programs. */
export { backendSuite, runCase, sections, type BackendSuiteOptions, type Omission } from './suite.js';
export { ieeeAccuracy, shaderAccuracy, type Accuracy } from './accuracy.js';
export { ConformanceError } from './support/fail.js';
export type { Case, CaseContext, Section } from './sections/section.js';
