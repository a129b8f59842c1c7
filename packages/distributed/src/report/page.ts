import { newDocument, writeAtomically } from '@unfoldjs/nn/node';
import { escapedHtml, reportPage, reportSection } from '@unfoldjs/nn/report';
import { learningCurves, parallelCoordinates } from './plots.js';
import type { SweepResult } from '../sweep/records.js';
import { numberText, paramText, tableOf, valueText } from '../sweep/text.js';

/** What was tried as one HTML page that needs nothing else, not even scripts: parallel coordinates, learning curves and the table. */
export async function sweepReport(result: SweepResult<unknown>): Promise<string> {
  const document = await newDocument();
  const { header, rows } = tableOf(result);
  const curves = learningCurves(result, document);
  const row = (cells: readonly string[], tag: 'th' | 'td'): string => `<tr>${cells.map((cell) => `<${tag}>${escapedHtml(cell)}</${tag}>`).join('')}</tr>`;
  return reportPage({
    title: `Sweep of ${result.trial}`,
    facts: factsOf(result),
    sections: [
      reportSection('What was tried', `${parallelCoordinates(result, document)}<p>A line for each trial: orange is the best, and the deeper the blue the better the trial. Dashed: failed. Point at a line to read it.</p>`),
      curves === null ? '' : reportSection('Learning curves', curves),
      reportSection('All trials, the best first', `<table><thead>${row(header, 'th')}</thead><tbody>${rows.map((cells) => row(cells, 'td')).join('\n')}</tbody></table>`),
    ],
  });
}

/** Writes `sweepReport` to a file. @throws {UnfoldError} INVALID_FILE where it cannot be written. */
export const writeSweepReport = async (path: string, result: SweepResult<unknown>): Promise<void> => writeAtomically(path, await sweepReport(result));

function factsOf({ objective: { metric, direction }, strategy, seed, trials, best }: SweepResult<unknown>): Record<string, string> {
  const failures = trials.filter(({ status }) => status === 'failed').length;
  const seconds = trials.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
  return {
    ...(best && { [`best ${metric}`]: valueText(metric, best.objective), 'best trial': String(best.trial) }),
    ...(best && Object.fromEntries(Object.entries(best.params as object).map(([name, value]) => [name, paramText(value)]))),
    trials: failures > 0 ? `${trials.length}, of which ${failures} failed` : String(trials.length),
    objective: `${direction} ${metric}`,
    strategy: strategy.kind === 'asha' ? `asha: budgets ${strategy.minBudget} to ${strategy.maxBudget}, 1 in ${strategy.reductionFactor} goes on` : `${strategy.kind}, budget ${strategy.budget}`,
    seed: String(seed),
    'time of workers': `${numberText(seconds)} s`,
  };
}
