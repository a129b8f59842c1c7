/** Training reports as one HTML page, and what other reports are made of. */
export { trainingReport, type TrainingReport, type TrainingReportOptions } from './page.js';
export { findingsOf, type Evaluation, type Findings, type Mistake } from './evaluation.js';
export { escapedHtml, reportPage, reportSection, type ReportPage } from './html.js';
export { plotLooks, svgOf } from './plots.js';
