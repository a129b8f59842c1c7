import { parseHTML } from 'linkedom';
import { trainingReport, type TrainingReport, type TrainingReportOptions } from '../report/page.js';
import { writeAtomically } from './atomic.js';

/** Writes `trainingReport` to a file. @throws {UnfoldError} INVALID_FILE where it cannot be written; as `trainingReport`. */
export async function writeReport(path: string, report: TrainingReport, options: TrainingReportOptions = {}): Promise<void> {
  await writeAtomically(path, trainingReport(report, { document: newDocument(), ...options }));
}

/** A DOM for plots, where there is no browser. */
export const newDocument = (): unknown => parseHTML('<!doctype html><html><body></body></html>').document;
