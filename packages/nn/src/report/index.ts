/** Training reports as one HTML page. */
export { trainingReport, type TrainingReport, type TrainingReportOptions } from './page.js';
export { findingsOf, type Evaluation, type Findings, type Mistake } from './evaluation.js';
