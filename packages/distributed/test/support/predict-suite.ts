import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { encode } from 'fast-png';
import { predictAll, type JobEngine, type NamedImage, type Prediction, type PredictProgress } from '@unfoldjs/distributed';
import { fault, tasks } from './engine-suite.js';
import { sums } from './tasks.js';

const pixels = (...data: number[]): NamedImage['image'] => ({ data: new Uint8Array(data), shape: [2, 2, 1] });
const png = (...data: number[]): Uint8Array => encode({ width: 2, height: 2, channels: 1, depth: 8, data: new Uint8Array(data) });

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const shortly = (predictions: readonly Prediction<number>[]): unknown[] => predictions.map((each) => [each.index, each.name, 'result' in each ? each.result : each.error.code]);

/** Batch inference, on an engine. */
export function predictSuite(engineOf: () => JobEngine): void {
  it('gives the results of arrays in order, each once, and says how far it is', async () => {
    const count = 101;
    const data = new Uint8Array(count * 4).map((_, i) => Math.floor(i / 4));
    const progress: PredictProgress[] = [];
    const predictions = await all(predictAll(sums, { data, shape: [count, 2, 2] }, { engine: engineOf(), tasks, batchSize: 7, onProgress: (each) => progress.push(each) }));
    expect(shortly(predictions)).to.deep.equal(Array.from({ length: count }, (_, i) => [i, String(i), 4 * i]));
    expect(progress).to.have.length(15);
    expect(progress.at(-1)).to.include({ done: count, total: count, failed: 0, secondsLeft: 0, workers: 2 });
    expect(progress.at(-1)?.imagesPerSecond).to.be.above(0);
  });

  it('gives an error with its name for a picture that is damaged, of a wrong size, that the model throws for, or that ends its worker', async () => {
    const source = async function* (): AsyncGenerator<NamedImage> {
      yield { name: 'good', image: png(1, 2, 3, 4) };
      yield { name: 'damaged', image: png(1, 1, 1, 1).slice(0, 40) };
      yield { name: 'wide', image: { data: new Uint8Array(6), shape: [2, 3, 1] } };
      yield { name: 'poisoned', image: pixels(255, 0, 0, 0) };
      yield { name: 'good too', image: pixels(1, 1, 1, 1) };
      yield { name: 'deadly', image: pixels(254, 0, 0, 0) };
      yield { name: 'beside it', image: { data: new Float32Array([0.5, 1, 1, 1]), shape: [2, 2, 1] } };
    };
    const predictions = await all(predictAll(sums, source(), { engine: engineOf(), tasks, batchSize: 5, attempts: 2 }));
    expect(shortly(predictions)).to.deep.equal([
      [0, 'good', 10],
      [1, 'damaged', 'INVALID_FILE'],
      [2, 'wide', 'SHAPE_MISMATCH'],
      [3, 'poisoned', 'TASK_FAILED'],
      [4, 'good too', 4],
      [5, 'deadly', 'JOB_LOST'],
      [6, 'beside it', 3.5],
    ]);
  });

  it('reads a folder of pictures, in the order of their names', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'unfold-pictures-'));
    try {
      mkdirSync(join(folder, 'a'));
      writeFileSync(join(folder, 'a', '2.png'), png(1, 1, 1, 1));
      writeFileSync(join(folder, 'a', '1.PNG'), png(2, 2, 2, 2));
      writeFileSync(join(folder, 'b.png'), 'no picture');
      writeFileSync(join(folder, 'notes.txt'), '');
      const predictions = await all(predictAll(sums, folder, { engine: engineOf(), tasks }));
      expect(shortly(predictions)).to.deep.equal([[0, join('a', '1.PNG'), 8], [1, join('a', '2.png'), 4], [2, 'b.png', 'INVALID_FILE']]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('refuses what is no source, no picture and no predictor', async () => {
    const engine = engineOf();
    const run = (source: unknown, options: object = {}): Promise<string> => fault(all(predictAll(sums, source as string, { engine, tasks, ...options })));
    expect(await run(3)).to.equal('INVALID_ARGUMENT');
    expect(await run([{ name: 'a' }])).to.equal('INVALID_ARGUMENT');
    expect(await run(join(tmpdir(), 'no such folder'))).to.equal('INVALID_FILE');
    expect(await run({ data: new Uint8Array(5), shape: [1, 2, 2] })).to.equal('DATA_MISMATCH');
    expect(await run([], { batchSize: 0 })).to.equal('INVALID_ARGUMENT');
    expect(await fault(all(predictAll({ name: 'sums' } as typeof sums, [], { engine, tasks })))).to.equal('INVALID_ARGUMENT');
  });
}
