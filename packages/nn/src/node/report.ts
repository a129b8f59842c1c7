import type { TrainingReport, TrainingReportOptions } from '../report/page.js';
import { writeAtomically } from './atomic.js';

/** Writes `trainingReport` to a file. @throws {UnfoldError} INVALID_FILE where it cannot be written; as `trainingReport`. */
export async function writeReport(path: string, report: TrainingReport, options: TrainingReportOptions = {}): Promise<void> {
  // Plot and a document take half a second to load, which reading a picture need not wait for.
  const [{ parseHTML }, { trainingReport }] = await Promise.all([import('linkedom'), import('../report/page.js')]);
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  await writeAtomically(path, trainingReport(report, { document, ...options }));
}
