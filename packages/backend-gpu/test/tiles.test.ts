import { add, conv2d, matmul, maximum, mul, neg, relu, setBackend, sub, tensor, type Backend, type StepInfo, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { gpu } from '@unfoldjs/backend-gpu';
import { expect } from 'chai';
import fc from 'fast-check';
import { describeModes } from './open.js';

/** Small whole numbers: every order of a float32 sum is exact. */
const whole = (shape: readonly number[], step: number): Tensor =>
  tensor(Float32Array.from({ length: shape.reduce((product, dim) => product * dim, 1) }, (_, i) => ((i * step) % 7) - 3), [...shape]);

const size = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

/** What is done to a result before it is stored. */
const ends: Readonly<Record<string, (y: Tensor) => Tensor>> = {
  nothing: (y) => y,
  'bias and relu': (y) => relu(add(y, whole([y.shape.at(-1)!], 2))),
  'a residual': (y) => neg(add(y, whole(y.shape, 3))),
  'numbers': (y) => maximum(sub(mul(y, 2), 1), -5),
};
const end = fc.constantFrom(...Object.keys(ends));

await describeModes('tiles of results in mode', ['webgpu'], (mode) => {
  let [reference, backend] = [null!, null!] as [Backend, Backend];
  let steps: readonly StepInfo[] = [];
  before(async () => {
    reference = await cpu().open();
    const opened = await gpu({ mode }).open();
    backend = {
      ...opened,
      async compile(program) {
        const executable = await opened.compile(program);
        steps = executable.describe();
        return executable;
      },
    };
  });
  after(() => Promise.all([reference.dispose(), backend.dispose()]));

  /** Runs a program on both; says whether tiles computed it. */
  async function check(program: () => Tensor): Promise<boolean> {
    await setBackend(reference);
    const expected = await program().data();
    await setBackend(backend);
    expect(await program().data()).to.deep.equal(expected);
    return steps.some(({ reason }) => reason.includes('in WGSL'));
  }

  it('are those of the reference: convolutions of any window, stride, dilation and padding, bit for bit', async () => {
    let tiled = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.record({ batch: size(1, 3), height: size(6, 20), width: size(6, 20), channels: size(1, 6), outputs: size(1, 20), window: fc.tuple(size(1, 3), size(1, 3)), strides: fc.tuple(size(1, 2), size(1, 2)), dilations: fc.tuple(size(1, 2), size(1, 2)), padding: fc.constantFrom('same' as const, 'valid' as const), end }),
        async ({ batch, height, width, channels, outputs, window, strides, dilations, padding, end: name }) => {
          const isTiled = await check(() => ends[name]!(conv2d(whole([batch, height, width, channels], 3), whole([...window, channels, outputs], 5), { strides, dilations, padding })));
          if (isTiled) tiled++;
        },
      ),
      { seed: 6, numRuns: 60 },
    );
    expect(tiled).to.be.above(20);
  });

  it('are those of the reference: products of any size, transposed or not, of batches, bit for bit', async () => {
    let tiled = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.record({ m: size(1, 70), k: size(1, 30), n: size(1, 70), transposeA: fc.boolean(), transposeB: fc.boolean(), batches: fc.constantFrom([[], []], [[3], []], [[2, 1], [3]], [[1], [4]]), end }),
        async ({ m, k, n, transposeA, transposeB, batches: [left, right], end: name }) => {
          const a = [...left!, ...(transposeA ? [k, m] : [m, k])];
          const b = [...right!, ...(transposeB ? [n, k] : [k, n])];
          if (await check(() => ends[name]!(matmul(whole(a, 3), whole(b, 5), { transposeA, transposeB })))) tiled++;
        },
      ),
      { seed: 6, numRuns: 60 },
    );
    expect(tiled).to.be.above(20);
  });

  it('keep NaN that meets an activation, and zeros around an image meet infinite filters', async () => {
    const x = tensor(new Float32Array(16 * 16 * 4).fill(1), [1, 16, 16, 4]);
    const filters = tensor(Float32Array.from({ length: 9 * 4 * 8 }, (_, i) => (i % 8 === 1 ? Infinity : i % 8 === 2 ? NaN : 1)), [3, 3, 4, 8]);
    expect(await check(() => relu(conv2d(x, filters, { padding: 'same' })))).to.equal(true);
  });
});
