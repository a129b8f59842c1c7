// The second step: a fused op of one's own. The optimizer makes a `matmulEpilogue` of a product and what follows, where `supports` agrees.
import { broadcastStrides, type Attrs, type Backend, type DType, type OpCall, type OpDef } from '@unfoldjs/core';
import { forEachIndex, kernelBackend, type Kernel } from '@unfoldjs/core/reference';
import { arena, kernels, product } from './backend.js';

/** What an instruction reads: an input of the step (0 is the product), the result of an earlier instruction, a number. */
type Argument = { readonly input: number } | { readonly step: number } | { readonly value: number };
interface Instruction {
  readonly op: OpDef;
  readonly attrs: Attrs;
  readonly args: readonly Argument[];
  readonly dtype: DType;
}

const epilogueOf = (attrs: Attrs): readonly Instruction[] => attrs['epilogue'] as unknown as readonly Instruction[];

/** All instructions run on a row of the product while it is in the cache, and the product itself is never stored. */
const matmulEpilogue: Kernel = (call) => {
  const { shape } = call.output.type;
  const width = shape.at(-1)!;
  const extras = call.inputs.slice(2);
  const walks = extras.map(({ type }) => broadcastStrides(type.shape, shape));
  // Float32Array, so that each result is rounded as it would be if it were stored.
  const operands = [call, ...extras].map(() => new Float32Array(width));
  const results: Float32Array[] = [];
  const rowOf = (arg: Argument): Float32Array => ('value' in arg ? new Float32Array(width).fill(arg.value) : 'step' in arg ? results[arg.step]! : operands[arg.input]!);
  const code = epilogueOf(call.attrs).map(({ op, attrs, args }) => {
    const [a, b, c] = args.map(rowOf);
    const to = new Float32Array(width);
    results.push(to);
    return { scalar: op.scalar!(attrs, 'float32'), a: a!, b: b ?? a!, c: c ?? a!, to };
  });
  const result = results.at(-1) ?? operands[0]!;

  // Where each row begins in each extra, which may be smaller than the product.
  const rows = walks.map(() => new Int32Array(shape.slice(0, -1).reduce((count, dim) => count * dim, 1)));
  forEachIndex(shape.slice(0, -1), walks.map((strides) => strides.slice(0, -1)), (row, offsets) => rows.forEach((starts, e) => (starts[row] = offsets[e]!)));

  product(call, (sums, at) => {
    operands[0]!.set(sums);
    extras.forEach(({ data }, e) => {
      const [from, step, row] = [rows[e]![at / width]!, walks[e]!.at(-1)!, operands[e + 1]!];
      for (let j = 0; j < width; j++) row[j] = data[from + j * step]!;
    });
    for (const { scalar, a, b, c, to } of code) for (let j = 0; j < width; j++) to[j] = scalar(a[j]!, b[j]!, c[j]!);
    call.output.data.set(result, at);
  });
};

/** The reason is shown to people who ask why something was not fused; whatever is refused runs as a product and elementwise ops. */
function supports({ op, attrs, inputs }: OpCall): true | string {
  if (op.name !== 'matmulEpilogue') return true;
  const isFloat = [...inputs, ...epilogueOf(attrs)].every(({ dtype }) => dtype === 'float32');
  return isFloat || 'the rows of matmulEpilogue are float32 from the product to the result';
}

export const fusedPlugin = (): Backend => kernelBackend({ name: 'fused-plugin', kernels: { ...kernels, matmulEpilogue }, supports, ...arena() });
