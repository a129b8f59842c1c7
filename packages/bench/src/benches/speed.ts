import type { Bench } from '../bench.js';
import { engines } from '../engines/index.js';
import { speedCase } from '../speed/measure.js';
import { speedReport, speedVerdicts } from '../speed/report.js';
import { speedWorkloads } from '../speed/workload.js';

export const speed: Bench = {
  name: 'speed',
  summary: 'every engine on convolutions, products of matrices and a CNN, each checked against float64 loops',
  rounds: 3,
  turns: 5,
  cases: speedWorkloads.flatMap((workload) => engines.map((engine) => speedCase(workload, engine))),
  report: speedReport,
  verdicts: speedVerdicts,
};
