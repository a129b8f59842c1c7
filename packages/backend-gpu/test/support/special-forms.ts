import { add, conv2d, matmul, maximum, mul, neg, relu, setBackend, sub, type Backend, type StepInfo, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import fc from 'fast-check';
import { moved, movedBefore } from './moved.js';
import { whole } from './whole.js';

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

const isTiled = ({ reason }: StepInfo): boolean => /a thread, in WGSL|(outputs|columns|rows|channels) a thread/.test(reason);

/** Random programs, and how a step is known that took a special form. */
const forms = {
  convolutions: { program: convolution, examples: [], isTaken: isTiled },
  products: { program: product, examples: [], isTaken: isTiled },
  moves: { program: moved, examples: movedBefore, isTaken: ({ reason }: StepInfo): boolean => reason.includes('computes where its elements come from') },
} as const;

export type SpecialForm = keyof typeof forms;

/** How many of some random programs took a form that only some can. @throws Error where one is not what the reference gives, bit for bit. */
export async function takenOf(kind: SpecialForm, opened: Backend, runs: number): Promise<number> {
  let taken = 0;
  const { program: programs, examples, isTaken } = forms[kind];
  const reference = await cpu().open();
  const backend: Backend = {
    ...opened,
    async compile(program) {
      const executable = await opened.compile(program);
      if (executable.describe().some(isTaken)) taken++;
      return executable;
    },
  };
  await fc.assert(
    fc.asyncProperty(programs, async (program) => {
      await setBackend(reference);
      const expected = await program().data();
      await setBackend(backend);
      const actual = await program().data();
      const at = expected.findIndex((value, i) => !Object.is(value + 0, actual[i]! + 0));
      if (at >= 0) throw new Error(`element ${at} is ${actual[at]}, not ${expected[at]}`);
    }),
    { seed: 6, numRuns: runs, includeErrorInReport: true, examples: examples.map((program) => [program]) },
  );
  await reference.dispose();
  return taken;
}
