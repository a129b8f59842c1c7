import { fitDistributed, predictAll, type JobEngine } from '@unfoldjs/distributed';
import { median } from '@unfoldjs/measure';
import type { WithEngine } from './measure.js';
import { noisyPictures } from './noise.js';
import { classify, network, tasks } from './tasks.js';

/** Images a second with one worker and with two, a pair for each turn. */
export interface Scaling {
  readonly engine: string;
  readonly work: string;
  readonly pairs: readonly (readonly [one: number, two: number])[];
}

const turns = 5;
/** Rounds and batches in which programs are compiled and V8 learns what is hot. */
const warmRounds = 3;
const warmPictures = 2048;
const pictures = 16_384;

/** Both kinds of work on each engine: one worker and two take turns, so that what the machine does besides meets both. */
export async function measureScaling(engines: Readonly<Record<string, WithEngine>>, say: (line: string) => void): Promise<Scaling[]> {
  const scalings: Scaling[] = [];
  for (const [engine, withEngine] of Object.entries(engines)) {
    for (const [work, rate] of Object.entries({ 'fitDistributed, 50 local steps of 64 images': trained, 'predictAll, batches of 64': predicted })) {
      say(`${engine}: ${work}`);
      const pairs: [number, number][] = [];
      for (let turn = 0; turn < turns; turn++) pairs.push([await withEngine(1, (given) => rate(given, 1)), await withEngine(2, (given) => rate(given, 2))]);
      scalings.push({ engine, work, pairs });
    }
  }
  return scalings;
}

export const ratiosOf = ({ pairs }: Scaling): number[] => pairs.map(([one, two]) => two / one);

async function trained(engine: JobEngine, workers: number): Promise<number> {
  const { history } = await fitDistributed(network, { engine, tasks, workers, localSteps: 50, batchSize: 64, rounds: warmRounds + 6, progress: false });
  return median(history.slice(warmRounds).map(({ examples, seconds }) => examples / seconds));
}

async function predicted(engine: JobEngine): Promise<number> {
  let count = 0;
  let warmAt = 0;
  for await (const prediction of predictAll(classify, noisyPictures(warmPictures + pictures), { engine, tasks, batchSize: 64 })) {
    if ('error' in prediction) throw new Error(`${prediction.name}: ${prediction.error.message}`);
    if (++count === warmPictures) warmAt = performance.now();
  }
  return (1000 * pictures) / (performance.now() - warmAt);
}
