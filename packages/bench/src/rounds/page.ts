import { busyWarning, formatMachine, median, type Machine } from '@unfoldjs/measure';
import { most, type Way } from './chart.js';
import { roundCost, saturation, type Layout } from './cost.js';
import { batch, type Measured } from './measured.js';
import { ratiosOf, type Scaling } from './scaling.js';

/** What is drawn: how much longer rounds help, and what stores and trees do besides. */
export function waysOf({ modelBytes, slotBytes }: Pick<Measured, 'modelBytes' | 'slotBytes'>): Way[] {
  const of = (localSteps: number, name: string, layout: Layout = {}): Way => ({ name, shape: { localSteps, batch, modelBytes, slotBytes: localSteps === 1 ? 0 : slotBytes }, layout });
  return [
    of(1, 'averaged gradients'),
    of(10, '10 local steps'),
    of(100, '100 local steps'),
    of(10, '10 local steps, 8 stores', { stores: 8 }),
    of(10, '10 local steps, 8 stores, trees of 8', { stores: 8, fanIn: 8 }),
  ];
}

/** The page about what was measured and what follows, as Markdown. */
export function roundsPage(taken: Measured, scalings: readonly Scaling[], engine: string, machine: Machine, date: string): string {
  const { constants, modelBytes, slotBytes, checks } = taken;
  const ways = waysOf(taken);
  const rows = {
    'a step of a shard, whatever its batch': `${milliseconds(constants.step)} ms`,
    'each image of it': `${milliseconds(constants.image)} ms`,
    'spread of what a shard computes in a round': `${(100 * constants.spread).toFixed(1)} %`,
    'a flow without its jobs': `${milliseconds(constants.flow)} ms`,
    'each job of a flow': `${milliseconds(constants.job)} ms`,
    'bytes into the store or out of it': perSecond(constants.storeByte),
    'bytes made into safetensors, or read from it': perSecond(constants.codecByte),
    'bytes of answers in a mean': perSecond(constants.meanByte),
  };
  const table = (header: readonly string[], lines: readonly (readonly string[])[]): string => [header, header.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  return `# What a round costs

Written by \`npm run bench -- round-cost\`, which measures the constants and draws the chart. On ${formatMachine(machine)}, ${date.slice(0, 10)}, with the engine \`${engine}\`.
${busyWarning(machine) ?? ''}
The network has ${kilobytes(modelBytes)} kB of parameters; its optimizer (Adam) keeps ${kilobytes(slotBytes)} kB. A step of one shard sees ${batch} images.

${table(['measured', ''], Object.entries(rows))}

A round is taken to be the sum of: the mean of what shards compute, what the slowest of them takes longer (the expected maximum of as many
normal numbers), the time of the one store, which does one thing after the other, the means at the coordinator, and the bytes of one worker.
Rounds of this machine, beside what the sum says. Workers beyond its ${machine.cores} cores share them:

${table(['workers', 'local steps', 'measured', 'by the model'], checks.map(({ workers, localSteps, measured, predicted }) => [String(workers), String(localSteps), `${milliseconds(measured)} ms`, `${milliseconds(predicted)} ms`]))}

Images a second with two workers and with one, of one thread each, on the ${machine.cores} cores that they share with coordinator and Redis. They take turns, five times; medians, and the ratio of each pair from the least to the most:

${table(['engine', 'work', 'one worker', 'two workers', 'ratio', 'least to most'], scalings.map(scalingRow))}

From here on nothing is measured: the same sum, for workers with a core each and a network between them that is no slower than this machine's memory.

![Images a second over workers](round-cost.svg)

The dashed line is what steps alone would give. A ring stands where the store and the means take longer than the shards compute: from there
on more workers help little.

${table(['', 'workers at which the store saturates', `images/s with ${most} workers`, 'of them in steps'], ways.map((way) => waysRow(way, taken)))}
`;
}

function scalingRow(scaling: Scaling): string[] {
  const ratios = ratiosOf(scaling);
  const rate = (at: 0 | 1): string => Math.round(median(scaling.pairs.map((pair) => pair[at]))).toLocaleString('en-US');
  return [scaling.engine, scaling.work, rate(0), rate(1), `${median(ratios).toFixed(2)}x`, `${Math.min(...ratios).toFixed(2)}x to ${Math.max(...ratios).toFixed(2)}x`];
}

function waysRow({ name, shape, layout = {} }: Way, { constants }: Measured): string[] {
  const limit = saturation(constants, shape, () => layout);
  const { imagesPerSecond, compute, seconds } = roundCost(constants, { ...shape, workers: most }, layout);
  return [name, Number.isFinite(limit) ? limit.toLocaleString('en-US') : 'never', Math.round(imagesPerSecond).toLocaleString('en-US'), `${Math.round((100 * compute) / seconds)} %`];
}

const milliseconds = (seconds: number): string => Number((1000 * seconds).toPrecision(3)).toLocaleString('en-US');
const kilobytes = (bytes: number): string => Math.round(bytes / 1000).toLocaleString('en-US');
const perSecond = (secondsPerByte: number): string => `${Math.round(1e-6 / secondsPerByte).toLocaleString('en-US')} MB/s`;
