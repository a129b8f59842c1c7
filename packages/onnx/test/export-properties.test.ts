import fc from 'fast-check';
import { evaluate, placeholder, setBackend, type Backend, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { exportOnnx, importOnnx } from '@unfoldjs/onnx';
import { modeRuns, skip } from '@unfoldjs/test-support';
import { expect } from 'chai';
import { expectValid } from './support/expect-valid.js';
import { noOrt, runOrt } from './support/onnxruntime.js';
import { heads, stages, wholeNumbers, type Pick } from './support/stages.js';

/** Numbers below a limit, in a fixed order for each seed. */
function picker(seed: number): Pick {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

interface Network {
  readonly steps: readonly { readonly stage: string; readonly seed: number }[];
  readonly head: string;
  readonly opset: number;
  readonly shape: readonly number[];
}

const network: fc.Arbitrary<Network> = fc.record({
  steps: fc.array(fc.record({ stage: fc.constantFrom(...Object.keys(stages)), seed: fc.nat(1e6) }), { minLength: 1, maxLength: 6 }),
  head: fc.constantFrom('asIs', 'asIs', ...Object.keys(heads)),
  opset: fc.integer({ min: 13, max: 21 }),
  shape: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 4 })),
});

const runOf =
  ({ steps, head }: Network) =>
  (x: Tensor): Tensor =>
    heads[head]!(steps.reduce((y, { stage, seed }) => stages[stage]!(y, picker(seed)), x));

/** Whole numbers are the same bits. Heads round some ten times, each time by 2^-24 of numbers up to `size`: 2^-18 is 64 such steps. */
function expectEqual(actual: ArrayLike<number>, expected: ArrayLike<number>, isExact: boolean): void {
  expect(actual.length).to.equal(expected.length);
  const size = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  for (let i = 0; i < expected.length; i++) {
    const isFit = isExact ? actual[i] === expected[i] || (Number.isNaN(actual[i]!) && Number.isNaN(expected[i]!)) : Math.abs(actual[i]! - expected[i]!) <= size * 2 ** -18;
    expect(isFit, `element ${i}: ${actual[i]} is not ${expected[i]}`).to.equal(true);
  }
}

const numRuns = process.env['UNFOLD_LONG'] ? 3000 : 150;

describe('random networks that are exported', () => {
  let backend: Backend;
  before(async () => (backend = await setBackend(cpu())));
  after(() => backend.dispose());

  it('are valid files, and give the same when they are imported', async function () {
    this.timeout(1_200_000);
    await fc.assert(
      fc.asyncProperty(network, fc.nat(1e6), async (net, seed) => {
        const x = wholeNumbers(net.shape, picker(seed), 3);
        const bytes = await exportOnnx(runOf(net), [x], { opset: net.opset });
        expectValid(bytes, net.opset);
        const model = await importOnnx(bytes);
        const expected = runOf(net)(x);
        const [y] = model.apply(model.params, [x]) as [Tensor];
        await evaluate(expected, y);
        expect(y.shape).to.deep.equal(expected.shape);
        expectEqual(await y.data(), await expected.data(), net.head === 'asIs');
      }),
      { seed: 11, numRuns },
    );
  });

  it('give the same in ONNX Runtime', async function () {
    if (noOrt) return skip(this, { mode: 'onnxruntime', reason: noOrt });
    modeRuns('onnxruntime');
    this.timeout(1_200_000);
    await fc.assert(
      fc.asyncProperty(network, fc.nat(1e6), async (net, seed) => {
        const x = wholeNumbers(net.shape, picker(seed), 3);
        const expected = runOf(net)(x);
        const [y] = await runOrt(await exportOnnx(runOf(net), [x], { opset: net.opset }), [x]);
        expect(y!.shape).to.deep.equal(expected.shape);
        expectEqual(y!.data, await expected.data(), net.head === 'asIs');
      }),
      { seed: 12, numRuns },
    );
  });

  it('take any number of images where the batch is free', async function () {
    this.timeout(1_200_000);
    await fc.assert(
      fc.asyncProperty(network, fc.nat(1e6), async (net, seed) => {
        const bytes = await exportOnnx(runOf(net), [placeholder([null, ...net.shape.slice(1)])], { opset: net.opset });
        expectValid(bytes, net.opset);
        const model = await importOnnx(bytes);
        expect(model.inputs[0]!.shape![0]).to.equal('N');
        for (const count of [1, 3]) {
          const x = wholeNumbers([count, ...net.shape.slice(1)], picker(seed), 3);
          const expected = runOf(net)(x);
          const [y] = model.apply(model.params, [x]) as [Tensor];
          expect(y.shape).to.deep.equal(expected.shape);
          expectEqual(await y.data(), await expected.data(), net.head === 'asIs');
          if (!noOrt) expectEqual((await runOrt(bytes, [x]))[0]!.data, await expected.data(), net.head === 'asIs');
        }
      }),
      { seed: 13, numRuns },
    );
  });
});
