import { expect } from 'chai';
import fc from 'fast-check';
import { builtInOps } from '@unfoldjs/core/reference';
import { apply, evaluate, full, matmul, reshape, setBackend, sizeOf, tensor, type Attrs, type DType, type OpDef, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { expectRefusal, expectSame, integers, reals, seeded, windowCases, pixelsOf } from '../support.js';

type Arg = { input: number } | { step: number } | { value: number; dtype: DType };
type Step = { op: OpDef; attrs: Attrs; args: Arg[]; dtype: DType };

const op = (name: string): OpDef => builtInOps.get(name)!;
const step = (name: string, args: Arg[], dtype: DType = 'float32', attrs: Attrs = {}): Step => ({ op: op(name), attrs, args, dtype });

/** The body run one op at a time, every result stored in an array of its own before the next begins. */
async function stepByStep(body: readonly Step[], inputs: readonly Tensor[]): Promise<Tensor> {
  const results: Tensor[] = [];
  for (const { op, attrs, args } of body) {
    const operands = args.map((arg) => ('value' in arg ? full([], arg.value, arg.dtype) : 'input' in arg ? inputs[arg.input]! : results[arg.step]!));
    const result = apply(op, operands, attrs);
    await evaluate(result);
    results.push(result);
  }
  return results[results.length - 1]!;
}

/** Random straight-line code on float32 operands, which all are read. */
const bodies = (operands: number): fc.Arbitrary<Step[]> =>
  fc.array(fc.record({ kind: fc.nat(11), a: fc.nat(), b: fc.nat(), value: fc.float({ noNaN: true, min: -3, max: 3 }) }), { minLength: 1, maxLength: 8 }).map((choices) => {
    const body: Step[] = [];
    const readable = (pick: number): Arg => {
      const floats = body.flatMap(({ dtype }, at) => (dtype === 'float32' ? [at] : []));
      const index = pick % (operands + floats.length);
      return index < operands ? { input: index } : { step: floats[index - operands]! };
    };
    for (const { kind, a, b, value } of choices) {
      const [x, y, number] = [readable(a), readable(b), { value, dtype: 'float32' as const }];
      if (kind < 5) body.push(step(['add', 'sub', 'mul', 'max', 'min'][kind]!, [x, kind === 2 ? number : y]));
      else if (kind < 9) body.push(step(['neg', 'tanh', 'exp', 'sin'][kind - 5]!, [x]));
      else if (kind === 9) body.push(step('add', [number, x]));
      else {
        body.push(step('less', [x, number], 'bool'));
        body.push(kind === 10 ? step('where', [{ step: body.length - 1 }, x, y]) : step('cast', [{ step: body.length - 1 }], 'float32', { dtype: 'float32' }));
      }
    }
    // Every operand reaches the result, or infer would refuse the body.
    for (let i = 0; i < operands; i++) body.push(step('add', [{ step: body.length - 1 }, { input: i }]));
    return body;
  });

for (const precision of ['float32', 'float64'] as const) {
  describe(`fused ops in ${precision}`, () => {
    before(() => setBackend(cpu({ precision })));

    it('fusedElementwise equals its ops run one by one, to the bit', () =>
      fc.assert(
        fc.asyncProperty(bodies(2), fc.nat(), async (body, seed) => {
          const inputs = [reals([3, 1, 4], seed), reals([5, 4], seed + 1)];
          const fused = apply(op('fusedElementwise'), inputs, { body, dtype: 'float32' });
          expect(fused.shape).to.deep.equal([3, 5, 4]);
          await expectSame(fused, await stepByStep(body, inputs));
          await expectSame(op('fusedElementwise').decompose(inputs, fused.expr.attrs, fused.type)!, fused);
        }),
        seeded(60),
      ));

    it('fusedElementwise takes every way to broadcast, sizes 0 and 1 and long rows included', () => {
      const shape = fc.array(fc.constantFrom(0, 1, 1, 2, 3, 1500), { maxLength: 3 }).filter((dims) => dims.filter((dim) => dim > 3).length < 2);
      const body = [step('sub', [{ input: 0 }, { input: 1 }]), step('mul', [{ step: 0 }, { input: 1 }])];
      const pairs = fc.tuple(shape, fc.nat()).map(([to, bits]) => [to, to.map((dim, axis) => ((bits >> axis) & 1 ? 1 : dim)).slice(bits % 2 ? 1 : 0)] as const);
      return fc.assert(
        fc.asyncProperty(pairs, fc.boolean(), fc.nat(), async ([to, from], isSwapped, seed) => {
          const inputs = [reals(to, seed), reals(from, seed + 1)];
          if (isSwapped) inputs.reverse();
          await expectSame(apply(op('fusedElementwise'), inputs, { body, dtype: 'float32' }), await stepByStep(body, inputs));
        }),
        seeded(60),
      );
    });

    it('matmul with an epilogue equals the product, stored, and its ops one by one', () =>
      fc.assert(
        fc.asyncProperty(bodies(3), fc.nat(), fc.boolean(), fc.boolean(), async (epilogue, seed, transposeA, transposeB) => {
          const [a, b] = [reals(transposeA ? [2, 7, 3] : [2, 3, 7], seed), reals(transposeB ? [4, 7] : [7, 4], seed + 1)];
          const extras = [reals([4], seed + 2), reals([2, 1, 1], seed + 3)];
          const product = apply(op('matmul'), [a, b], { transposeA, transposeB });
          await evaluate(product);
          const fused = apply(op('matmulEpilogue'), [a, b, ...extras], { transposeA, transposeB, epilogue });
          await expectSame(fused, await stepByStep(epilogue, [product, ...extras]));
          await expectSame(op('matmulEpilogue').decompose([a, b, ...extras], fused.expr.attrs, fused.type)!, fused);
        }),
        seeded(40),
      ));

    it('convMatmul with an epilogue equals im2col, matmul and its ops, each stored', () =>
      fc.assert(
        fc.asyncProperty(windowCases(), bodies(3), async (c, epilogue) => {
          const x = reals([c.batch, ...c.size, c.channels], c.seed);
          const depth = c.window[0] * c.window[1] * c.channels;
          const filters = reals([depth, 3], c.seed + 1);
          const window = { window: c.window, strides: c.strides, dilations: c.dilations, padding: pixelsOf(c) };
          const patches = apply(op('im2col'), [x], window);
          await evaluate(patches);
          const product = apply(op('matmul'), [reshape(patches, [sizeOf(patches.shape.slice(0, 3)), depth]), filters], { transposeA: false, transposeB: false });
          await evaluate(product);
          const result = reshape(product, [...patches.shape.slice(0, 3), 3]);
          const extras = [reals([3], c.seed + 2), reals(result.shape, c.seed + 3)];
          const fused = apply(op('convMatmul'), [x, filters, ...extras], { ...window, groups: 1, epilogue });
          await expectSame(fused, await stepByStep(epilogue, [result, ...extras]));
          await expectSame(op('convMatmul').decompose([x, filters, ...extras], fused.expr.attrs, fused.type)!, fused);
          await expectSame(apply(op('convMatmul'), [x, filters], { ...window, groups: 1, epilogue: [] }), result);
        }),
        seeded(60),
      ));

    it('convFilterMatmul with an epilogue equals im2col, a transposed matmul and its ops, each stored', () =>
      fc.assert(
        fc.asyncProperty(windowCases(), bodies(3), async (c, epilogue) => {
          const x = reals([c.batch, ...c.size, c.channels], c.seed);
          const depth = c.window[0] * c.window[1] * c.channels;
          const window = { window: c.window, strides: c.strides, dilations: c.dilations, padding: pixelsOf(c) };
          const patches = apply(op('im2col'), [x], window);
          await evaluate(patches);
          const places = patches.shape.slice(0, 3);
          const dy = reals([...places, 3], c.seed + 1);
          const product = apply(op('matmul'), [reshape(patches, [sizeOf(places), depth]), reshape(dy, [sizeOf(places), 3])], { transposeA: true, transposeB: false });
          await evaluate(product);
          const extras = [reals([3], c.seed + 2), reals([depth, 3], c.seed + 3)];
          const fused = apply(op('convFilterMatmul'), [x, dy, ...extras], { ...window, groups: 1, epilogue });
          await expectSame(fused, await stepByStep(epilogue, [product, ...extras]));
          await expectSame(op('convFilterMatmul').decompose([x, dy, ...extras], fused.expr.attrs, fused.type)!, fused);
        }),
        seeded(60),
      ));

    it('convInputMatmul with an epilogue equals matmul, col2im and its ops, where sums are exact', () =>
      fc.assert(
        fc.asyncProperty(windowCases(), bodies(3), async (c, epilogue) => {
          const depth = c.window[0] * c.window[1] * c.channels;
          const window = { window: c.window, strides: c.strides, dilations: c.dilations, padding: pixelsOf(c) };
          const places = apply(op('im2col'), [integers([c.batch, ...c.size, c.channels], 0)], window).shape.slice(0, 3);
          const [dy, filters] = [integers([...places, 3], c.seed), integers([depth, 3], c.seed + 1)];
          const product = matmul(reshape(dy, [sizeOf(places), 3]), filters, { transposeB: true });
          const images = apply(op('col2im'), [reshape(product, [...places, depth])], { ...window, inputShape: c.size });
          await evaluate(images);
          const extras = [reals([c.channels], c.seed + 2), reals(images.shape, c.seed + 3)];
          const fused = apply(op('convInputMatmul'), [dy, filters, ...extras], { ...window, groups: 1, inputShape: c.size, epilogue });
          await expectSame(fused, await stepByStep(epilogue, [images, ...extras]));
          await expectSame(op('convInputMatmul').decompose([dy, filters, ...extras], fused.expr.attrs, fused.type)!, fused);
        }),
        seeded(60),
      ));
  });
}

describe('fused ops', () => {
  const square = { window: [3, 3], strides: [1, 1], dilations: [1, 1], padding: [[1, 1], [1, 1]], groups: 1 } as const;

  it('convMatmul never holds the patch matrix', async () => {
    const backend = await setBackend(cpu());
    const [x, filters] = [integers([1, 64, 64, 8], 1), integers([72, 8], 2)];
    const y = apply(op('convMatmul'), [x, filters], { ...square, epilogue: [] });
    const image = 64 * 64 * 8 * 4;
    const before = backend.memory().live;
    backend.resetPeak!();
    await y.data();
    expect(backend.memory().peak - before).to.be.at.most(2 * image + 72 * 8 * 4);
  });

  it('keep int32 products whole and give a bool where the epilogue ends in one', async () => {
    await setBackend(cpu());
    const [x, filters] = [integers([1, 4, 4, 2], 1, 'int32'), integers([18, 3], 2, 'int32')];
    const epilogue = [step('less', [{ input: 0 }, { value: 3, dtype: 'int32' }], 'bool')];
    const fused = apply(op('convMatmul'), [x, filters], { ...square, epilogue });
    expect(fused.dtype).to.equal('bool');
    await expectSame(fused, op('convMatmul').decompose([x, filters], fused.expr.attrs, fused.type)!);
    const dy = integers([1, 4, 4, 3], 3, 'int32');
    const back = apply(op('convFilterMatmul'), [x, dy], { ...square, epilogue });
    await expectSame(back, op('convFilterMatmul').decompose([x, dy], back.expr.attrs, back.type)!);
    const images = apply(op('convInputMatmul'), [dy, filters], { ...square, inputShape: [4, 4], epilogue });
    await expectSame(images, op('convInputMatmul').decompose([dy, filters], images.expr.attrs, images.type)!);
  });

  it('count the operations of product and epilogue', () => {
    const [a, b] = [integers([2, 3], 1), integers([3, 4], 1)];
    const fused = apply(op('matmulEpilogue'), [a, b, integers([4], 1)], { transposeA: false, transposeB: false, epilogue: [step('add', [{ input: 0 }, { input: 1 }])] });
    expect(fused.expr.op.flops(fused.expr.inputs.map(({ type }) => type), fused.expr.attrs, fused.type)).to.equal(2 * 2 * 3 * 4 + 8);
  });

  it('refuse bodies that mean nothing', () => {
    const x = tensor([1, 2]);
    const fuse = (body: Step[], dtype: DType = 'float32') => () => apply(op('fusedElementwise'), [x], { body, dtype });
    expectRefusal(fuse([]), 'INVALID_ARGUMENT', 'body', /no instruction/);
    expectRefusal(fuse([step('add', [{ input: 0 }, { input: 1 }])]), 'INVALID_ARGUMENT', 'body', /reads input 1 of 1/);
    expectRefusal(fuse([step('neg', [{ step: 0 }])]), 'INVALID_ARGUMENT', 'body', /not before it/);
    expectRefusal(fuse([step('add', [{ input: 0 }])]), 'INVALID_ARGUMENT', 'body', /1 operands instead of 2/);
    expectRefusal(fuse([step('reduceSum', [{ input: 0 }], 'float32', { axes: [0], keepDims: false })]), 'INVALID_ARGUMENT', 'body', /not elementwise/);
    expectRefusal(fuse([step('neg', [{ input: 0 }], 'int32')]), 'INVALID_ARGUMENT', 'body', /gives float32 and says int32/);
    expectRefusal(fuse([step('neg', [{ input: 0 }])], 'bool'), 'INVALID_ARGUMENT', 'dtype');
    expectRefusal(fuse([step('neg', [{ value: 1, dtype: 'float32' }])]), 'INVALID_ARGUMENT', 'body', /does not reach/);
    const conv = (epilogue: Step[], extra: Tensor) => () => apply(op('convMatmul'), [integers([1, 4, 4, 1], 1), integers([9, 2], 1), extra], { ...square, epilogue });
    expectRefusal(conv([step('add', [{ input: 0 }, { input: 1 }])], integers([2, 1, 1, 1], 1)), 'INVALID_ARGUMENT', 'epilogue', /its result has shape \[2, 4, 4, 2\]/);
    expectRefusal(() => apply(op('convMatmul'), [integers([1, 4, 4, 1], 1), integers([8, 2], 1)], { ...square, epilogue: [] }), 'SHAPE_MISMATCH', 'filters', /9 rows/);
    const [x4, dy] = [integers([1, 4, 4, 1], 1), integers([1, 3, 4, 2], 1)];
    expectRefusal(() => apply(op('convFilterMatmul'), [x4, dy], { ...square, epilogue: [] }), 'SHAPE_MISMATCH', 'dy', /is not \[1, 4, 4, O\]/);
    expectRefusal(() => apply(op('convInputMatmul'), [dy, integers([9, 3], 1)], { ...square, inputShape: [3, 4], epilogue: [] }), 'SHAPE_MISMATCH', 'filters', /2 columns/);
  });
});
