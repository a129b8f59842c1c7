import { add, conv2d, matmul, maximum, mul, neg, relu, setBackend, sub, tensor, type Backend, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import fc from 'fast-check';

/** Small whole numbers: every order of a float32 sum is exact. */
export const whole = (shape: readonly number[], step: number): Tensor =>
  tensor(Float32Array.from({ length: shape.reduce((product, dim) => product * dim, 1) }, (_, i) => ((i * step) % 7) - 3), [...shape]);

const size = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

/** What is done to a result before it is stored. */
const ends: Readonly<Record<string, (y: Tensor) => Tensor>> = {
  nothing: (y) => y,
  'bias and relu': (y) => relu(add(y, whole([y.shape.at(-1)!], 2))),
  'a residual': (y) => neg(add(y, whole(y.shape, 3))),
  numbers: (y) => maximum(sub(mul(y, 2), 1), -5),
};
const end = fc.constantFrom(...Object.keys(ends));

const convolution = fc
  .record({
    batch: size(1, 3),
    height: size(6, 20),
    width: size(6, 20),
    channels: size(1, 6),
    outputs: size(1, 20),
    window: fc.tuple(size(1, 3), size(1, 3)),
    strides: fc.tuple(size(1, 2), size(1, 2)),
    dilations: fc.tuple(size(1, 2), size(1, 2)),
    padding: fc.constantFrom('same' as const, 'valid' as const),
    end,
  })
  .map(({ batch, height, width, channels, outputs, window, strides, dilations, padding, end: name }) => (): Tensor =>
    ends[name]!(conv2d(whole([batch, height, width, channels], 3), whole([...window, channels, outputs], 5), { strides, dilations, padding })),
  );

/** Of any size; a row or a few of some depth, as dense layers have them. */
const sizes = fc.oneof(fc.record({ m: size(1, 70), k: size(1, 30), n: size(1, 70) }), fc.record({ m: size(1, 3), k: size(64, 130), n: size(64, 130) }));

const product = fc
  .record({ sizes, transposeA: fc.boolean(), transposeB: fc.boolean(), batches: fc.constantFrom([[], []], [[3], []], [[2, 1], [3]], [[2], [2]], [[1], [4]]), end })
  .map(({ sizes: { m, k, n }, transposeA, transposeB, batches: [left, right], end: name }) => (): Tensor => {
    const a = [...left!, ...(transposeA ? [k, m] : [m, k])];
    const b = [...right!, ...(transposeB ? [n, k] : [k, n])];
    return ends[name]!(matmul(whole(a, 3), whole(b, 5), { transposeA, transposeB }));
  });

const programs = { convolutions: convolution, products: product } as const;

/** How many of some random programs gave several results a thread. @throws Error where one is not what the reference gives, bit for bit. */
export async function tiledOf(kind: keyof typeof programs, opened: Backend, runs: number): Promise<number> {
  let tiled = 0;
  const reference = await cpu().open();
  const backend: Backend = {
    ...opened,
    async compile(program) {
      const executable = await opened.compile(program);
      if (executable.describe().some(({ reason }) => /a thread, in WGSL|(outputs|columns|rows|channels) a thread/.test(reason))) tiled++;
      return executable;
    },
  };
  await fc.assert(
    fc.asyncProperty(programs[kind], async (program) => {
      await setBackend(reference);
      const expected = await program().data();
      await setBackend(backend);
      const actual = await program().data();
      const at = expected.findIndex((value, i) => !Object.is(value + 0, actual[i]! + 0));
      if (at >= 0) throw new Error(`element ${at} is ${actual[at]}, not ${expected[at]}`);
    }),
    { seed: 6, numRuns: runs },
  );
  await reference.dispose();
  return tiled;
}
