import type { Attrs } from '../expr/attrs.js';
import type { OpDef, ScalarForm } from '../expr/op-def.js';
import type { TypedArray } from '../types/dtype.js';
import { broadcastStrides, sameShape, sizeOf } from '../types/shape.js';
import type { TensorType } from '../types/tensor-type.js';

/** Elements and what they mean: dense, row-major. */
export interface KernelTensor {
  readonly data: TypedArray;
  readonly type: TensorType;
}

/** One step as a kernel sees it. It writes every element of `output` and nothing else. */
export interface KernelCall<A extends Attrs = Attrs> {
  readonly op: OpDef;
  readonly attrs: A;
  readonly inputs: readonly KernelTensor[];
  readonly output: KernelTensor;
}

/** Plain code for one op. Float32Array and Float64Array both come for float32, so keep sums in plain numbers. */
export type Kernel<A extends Attrs = Attrs> = (call: KernelCall<A>) => void;

const references = /* @__PURE__ */ new WeakSet<Kernel>();

/** Notes kernels as those of the core, so that `describe()` can tell them from a backend's own without importing them all. */
export function asReferences<K extends Readonly<Record<string, Kernel>>>(kernels: K): K {
  for (const kernel of Object.values(kernels)) references.add(kernel);
  return kernels;
}

/** True for a kernel of `referenceKernels`, under whatever name; false for one that merely calls it. */
export const isReferenceKernel = (kernel: Kernel): boolean => references.has(kernel);

/** Visits every index of `shape` in row-major order with the element offsets that `strides` give for each operand. */
export function forEachIndex(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  visit: (position: number, offsets: readonly number[]) => void,
): void {
  const size = sizeOf(shape);
  const index = new Array<number>(shape.length).fill(0);
  const offsets = strides.map(() => 0);
  for (let position = 0; position < size; position++) {
    visit(position, offsets);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      for (let k = 0; k < strides.length; k++) offsets[k]! += strides[k]![axis]!;
      if (++index[axis]! < shape[axis]!) break;
      for (let k = 0; k < strides.length; k++) offsets[k]! -= strides[k]![axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
}

const forms = /* @__PURE__ */ new WeakMap<Kernel, ScalarForm>();

/** The scalar form that {@link elementwiseKernel} made a kernel of; null for other kernels. */
export const scalarFormOf = (kernel: Kernel): ScalarForm | null => forms.get(kernel) ?? null;

/** The kernel of an elementwise op: operands of the output's shape are read straight through, others by broadcast strides. */
export function elementwiseKernel<A extends Attrs>(form: ScalarForm<A>): Kernel<A> {
  const kernel: Kernel<A> = ({ attrs, inputs, output }) => {
    const last = inputs[inputs.length - 1]!;
    const scalar = form(attrs, last.type.dtype);
    const out = output.data;
    const [a, b, c] = inputs.map((input) => input.data) as [TypedArray, TypedArray?, TypedArray?];
    if (inputs.every((input) => sameShape(input.type.shape, output.type.shape))) {
      for (let i = 0; i < out.length; i++) out[i] = scalar(a[i]!, b ? b[i]! : 0, c ? c[i]! : 0);
      return;
    }
    const strides = inputs.map((input) => broadcastStrides(input.type.shape, output.type.shape));
    forEachIndex(output.type.shape, strides, (i, at) => {
      out[i] = scalar(a[at[0]!]!, b ? b[at[1]!]! : 0, c ? c[at[2]!]! : 0);
    });
  };
  forms.set(kernel as Kernel, form as ScalarForm);
  return kernel;
}
