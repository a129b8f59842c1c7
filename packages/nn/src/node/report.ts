import type { TrainingReport, TrainingReportOptions } from '../report/page.js';
import { writeAtomically } from './atomic.js';

/** Writes `trainingReport` to a file. @throws {UnfoldError} INVALID_FILE where it cannot be written; as `trainingReport`. */
export async function writeReport(path: string, report: TrainingReport, options: TrainingReportOptions = {}): Promise<void> {
  // Plot and a document take half a second to load, which reading a picture need not wait for.
  const [document, { trainingReport }] = await Promise.all([newDocument(), import('../report/page.js')]);
  await writeAtomically(path, trainingReport(report, { document, ...options }));
}

/** A DOM for plots, where there is no browser. */
export async function newDocument(): Promise<unknown> {
  const { parseHTML } = await import('linkedom');
  return parseHTML('<!doctype html><html><body></body></html>').document;
}
