import { fitDistributed, weightedMean, type JobEngine, type JobSession, type RoundRecord } from '@unfoldjs/distributed';
import { median } from '@unfoldjs/measure';
import { decodeParams, encodeParams } from '@unfoldjs/nn';
import { roundCost, type RoundConstants, type RoundShape } from './cost.js';
import { batch, type Check, type Measured } from './measured.js';
import { network, setup, tasks } from './tasks.js';

/** Does something on an engine that so many workers serve, and ends them. */
export type WithEngine = <T>(workers: number, run: (engine: JobEngine) => Promise<T>) => Promise<T>;

/** Every constant of the model on this machine, and rounds to check it by. `cores` are those that workers share. */
export async function measureRounds(withEngine: WithEngine, cores: number, say: (line: string) => void): Promise<Measured> {
  await setup();
  say('steps');
  const steps = (own: number) => withEngine(1, async (engine) => perStep(await rounds(engine, { workers: 1, localSteps: 10, batch: own, count: 8 })));
  const [small, large] = [await steps(8), await steps(64)];
  const image = (median(large) - median(small)) / (64 - 8);
  say('trees');
  const { codecByte, meanByte, modelBytes } = await trees();
  say('the engine');
  const engine = await withEngine(1, engineCosts);
  say('rounds');
  const ways = [1, 2, 4].flatMap((workers) => [1, 20].map((localSteps) => ({ workers, localSteps })));
  const taken: { readonly workers: number; readonly localSteps: number; readonly records: readonly RoundRecord[] }[] = [];
  for (const way of ways) taken.push({ ...way, records: await withEngine(way.workers, (engine) => rounds(engine, { ...way, batch, count: way.localSteps === 1 ? 24 : 8 })) });
  const spread = spreadOf(taken.filter(({ workers, localSteps }) => workers === 1 && localSteps > 1).flatMap(({ records }) => records.map(({ shards }) => shards[0]!)));
  const constants: RoundConstants = { step: median(small) - 8 * image, image, spread, ...engine, codecByte, meanByte };
  // Adam keeps two numbers for each parameter.
  const slotBytes = 2 * modelBytes;
  const checks = taken.map(({ workers, localSteps, records }): Check => {
    const shape: RoundShape = { workers, localSteps, batch, modelBytes, slotBytes: localSteps === 1 ? 0 : slotBytes };
    const share = Math.max(1, workers / cores);
    const shared = { ...constants, step: share * constants.step, image: share * constants.image };
    return { workers, localSteps, measured: median(records.map(({ seconds }) => seconds)), predicted: roundCost(shared, shape).seconds };
  });
  return { constants, modelBytes, slotBytes, checks };
}

/** Rounds of the network, without the first, in which programs are compiled. */
async function rounds(engine: JobEngine, { workers, localSteps, batch: own, count }: Omit<RoundShape, 'modelBytes' | 'slotBytes'> & { readonly count: number }): Promise<readonly RoundRecord[]> {
  const { history } = await fitDistributed(network, { engine, tasks, workers, localSteps, batchSize: own * workers, rounds: count + 2, progress: false });
  return history.slice(2);
}

const perStep = (records: readonly RoundRecord[]): number[] => records.map(({ shards }) => shards[0]! / 10);

/** The deviation as a part of the mean. */
function spreadOf(samples: readonly number[]): number {
  const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
  return Math.sqrt(samples.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (samples.length - 1)) / mean;
}

/** Seconds of something asynchronous: the median of several. */
async function timed(times: number, run: (time: number) => Promise<unknown>): Promise<number> {
  const samples: number[] = [];
  for (let i = 0; i < times; i++) {
    const startedAt = performance.now();
    await run(i);
    samples.push((performance.now() - startedAt) / 1000);
  }
  return median(samples);
}

async function trees(): Promise<Pick<RoundConstants, 'codecByte' | 'meanByte'> & { readonly modelBytes: number }> {
  const { like } = await network.prepare();
  const bytes = await encodeParams(like.params);
  const { params } = decodeParams(bytes, like.params);
  const encode = await timed(20, () => encodeParams(params));
  const decode = await timed(20, async () => decodeParams(bytes, like.params));
  const one = await timed(20, () => weightedMean([{ tree: params, weight: 1 }]));
  const nine = await timed(20, () => weightedMean(Array.from({ length: 9 }, () => ({ tree: params, weight: 1 }))));
  return { codecByte: (encode + decode) / 2 / bytes.length, meanByte: (nine - one) / 8 / bytes.length, modelBytes: bytes.length };
}

async function engineCosts(engine: JobEngine): Promise<Pick<RoundConstants, 'flow' | 'job' | 'storeByte'>> {
  const session = await engine.open({ tasks, scope: 'round-cost' });
  try {
    await session.clear();
    const one = await timed(30, (i) => flow(session, `one-${i}`, 1));
    const nine = await timed(30, (i) => flow(session, `nine-${i}`, 9));
    const job = (nine - one) / 8;
    const [small, large] = [new Uint8Array(2 ** 12), new Uint8Array(2 ** 22)];
    const through = async (bytes: Uint8Array): Promise<void> => {
      await session.blobs.put('bytes', bytes);
      await session.blobs.get('bytes');
    };
    const few = await timed(15, () => through(small));
    const many = await timed(15, () => through(large));
    await session.clear();
    return { flow: one - job, job, storeByte: (many - few) / 2 / (large.length - small.length) };
  } finally {
    await session.close();
  }
}

const flow = (session: JobSession, id: string, count: number): Promise<unknown> =>
  session.round(id, Array.from({ length: count }, (_, i) => ({ id: `${id}/${i}`, task: 'nothing', payload: null })));
