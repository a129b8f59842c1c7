import { getBackend, liveMemory, setBackend } from '@unfoldjs/core';
import { wasm } from '@unfoldjs/backend-wasm';
import { cosineDecay, fit, type Batch } from '@unfoldjs/nn';
import { expect } from 'chai';
import { firstBatch, options, quarters, smallNet } from './helper.js';

const isLong = process.env.UNFOLD_LONG === '1';
const steps = isLong ? 10_000 : 4_000;
/** Before it the engine compiles and optimises functions, and keeps what it learns of them. */
const warmUp = steps / 2;
const sampleCount = 30;

interface Sample {
  readonly heap: number;
  readonly backend: number;
  readonly live: number;
}

async function sample(): Promise<Sample> {
  // Finalizers run between two turns of the event loop.
  for (let i = 0; i < 3; i++) {
    global.gc!();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  global.gc!();
  return { heap: process.memoryUsage().heapUsed, backend: getBackend().memory().live, live: liveMemory().bytes };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

describe('memory in training', () => {
  // Four thousand steps of plain loops take a minute and more.
  before(() => setBackend(wasm({ threads: 1 })));
  after(() => getBackend().dispose());

  it(`stays flat over ${steps.toLocaleString('en-US')} steps: medians of windows under 1 % apart`, async function () {
    this.timeout(600_000);
    const data = await quarters(64, 1);
    function* source(): Generator<Batch> {
      for (let i = 0; i < steps; i++) yield firstBatch(data, 8);
    }
    const samples: Sample[] = [];
    const onStepEnd = async ({ state: { step } }: { state: { step: number } }) => {
      if (step > warmUp && (step - warmUp) % Math.floor((steps - warmUp) / sampleCount) === 0) samples.push(await sample());
    };
    const learningRate = cosineDecay({ rate: 0.01, steps });
    const { state } = await fit(smallNet({ drop: 0.25 }), source, options({ learningRate, callbacks: [{ onStepEnd }] }));
    expect(state.step).to.equal(steps);
    expect(samples.length).to.equal(sampleCount);
    const windows = [samples.slice(0, 10), samples.slice(10, 20), samples.slice(20)];
    const report: string[] = [];
    for (const what of ['heap', 'backend', 'live'] as const) {
      const medians = windows.map((window) => median(window.map((each) => each[what])));
      const spread = (Math.max(...medians) - Math.min(...medians)) / Math.min(...medians);
      report.push(`${what} ${medians.join(', ')} bytes (${(100 * spread).toFixed(2)} % apart)`);
      expect(spread, report.at(-1)).to.be.below(0.01);
    }
    if (isLong) console.log(`        ${report.join('\n        ')}`);
  });
});
