import type { Tensor } from '../tensor/tensor.js';
import type { DType } from '../types/dtype.js';
import type { TensorType } from '../types/tensor-type.js';
import type { Attrs } from './attrs.js';

/** One element of an elementwise op on plain numbers; booleans are 0 and 1. The array it is stored to rounds or wraps it. */
export type ScalarFunction = (a: number, b: number, c: number) => number;

/** The scalar function for some attributes and the dtype of the last operand. */
export type ScalarForm<A extends Attrs = Attrs> = (attrs: A, dtype: DType) => ScalarFunction;

/** What an op's gradient is computed from. */
export interface GradientContext<A extends Attrs = Attrs> {
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  /** The gradient of the loss with respect to `output`, of its type. */
  readonly dy: Tensor;
  readonly attrs: A;
  /** Which inputs a gradient is wanted for; what is returned for others is ignored. */
  readonly needs: readonly boolean[];
}

/**
 * For each input the gradient of the loss, or null where it is 0 everywhere: of the input's type, but for elementwise ops, whose
 * broadcasting is undone by the caller.
 */
export type Gradient<A extends Attrs = Attrs> = (context: GradientContext<A>) => readonly (Tensor | null)[];

/** What one operation is: the whole truth that the rest of the code may ask for. */
export interface OpSpec<A extends Attrs = Attrs> {
  /** TensorFlow's word for it, unique. */
  readonly name: string;
  /** The names of the tensor arguments in order; a last name that starts with `...` stands for any number. */
  readonly args: readonly string[];
  /** The result's type. Throws a {@link Refusal} that names the argument at fault. */
  infer(inputs: readonly TensorType[], attrs: A): TensorType;
  /** The definition in simpler ops; absent for a primitive, which every backend must run. */
  decompose?(inputs: readonly Tensor[], attrs: A, output: TensorType): Tensor;
  /**
   * Absent where the definition in simpler ops is differentiated instead; and in built-in ops, whose gradients stand beside them
   * (`autodiff/gradients.ts`), so that programs which differentiate nothing do not carry them.
   */
  gradient?(context: GradientContext<A>): ReturnType<Gradient>;
  /** Multiplications and additions (each counts one); 0 when absent. */
  flops?(inputs: readonly TensorType[], attrs: A, output: TensorType): number;
  /** Present exactly for elementwise ops: operands broadcast to the output's shape, and element i of the result needs only element i of each. */
  scalar?(attrs: A, dtype: DType): ScalarFunction;
  /** True where element i of the result needs only element i of each operand of its shape, so that it may be written in its place. Default: elementwise ops. */
  readonly isPointwise?: boolean;
  /** True where the result is the same elements in the same order under another shape. */
  readonly isView?: boolean;
  /** True for what a graph begins with: data, numbers, arguments. Lowering turns each into an input or a constant of the program. */
  readonly isLeaf?: boolean;
  /** True where the optimizer decomposes it in `lower-conv` and not before, so that rules about convolutions see it whole. */
  readonly isConvolution?: boolean;
}

let nextOpId = 0;

/**
 * An operation. Expressions and graph nodes point to it, so that an op defined outside of core takes part in everything that
 * core's own do. Opaque to immer (a class instance), so that graphs stay cheap to draft.
 */
export class OpDef<A extends Attrs = Attrs> {
  readonly id: number = nextOpId++;
  readonly name: string;
  readonly args: readonly string[];
  readonly gradient: Gradient | null;
  readonly scalar: ScalarForm | null;
  readonly isPointwise: boolean;
  readonly isView: boolean;
  readonly isLeaf: boolean;
  readonly isConvolution: boolean;
  readonly isPrimitive: boolean;
  readonly #spec: OpSpec<A>;

  constructor(spec: OpSpec<A>) {
    this.#spec = spec;
    this.name = spec.name;
    this.args = spec.args;
    this.gradient = (spec.gradient as Gradient | undefined) ?? null;
    this.scalar = (spec.scalar as ScalarForm | undefined) ?? null;
    this.isPointwise = spec.isPointwise ?? spec.scalar !== undefined;
    this.isView = spec.isView ?? false;
    this.isConvolution = spec.isConvolution ?? false;
    this.isLeaf = spec.isLeaf ?? false;
    this.isPrimitive = !this.isLeaf && spec.decompose === undefined;
  }

  get isElementwise(): boolean {
    return this.scalar !== null;
  }

  infer(inputs: readonly TensorType[], attrs: A): TensorType {
    return this.#spec.infer(inputs, attrs);
  }

  /** The definition in simpler ops, or null for a primitive. */
  decompose(inputs: readonly Tensor[], attrs: A, output: TensorType): Tensor | null {
    return this.#spec.decompose?.(inputs, attrs, output) ?? null;
  }

  flops(inputs: readonly TensorType[], attrs: A, output: TensorType): number {
    return this.#spec.flops?.(inputs, attrs, output) ?? 0;
  }

  /** The name of argument `index`, with the variadic one numbered: `tensors[2]`. */
  argName(index: number): string {
    const last = this.args.length - 1;
    const name = this.args[Math.min(index, last)] ?? `argument ${index}`;
    return name.startsWith('...') ? `${name.slice(3)}[${index - last}]` : name;
  }

  toJSON(): string {
    return this.name;
  }
}

/** Declares an operation. */
export const defineOp = <A extends Attrs>(spec: OpSpec<A>): OpDef<A> => new OpDef(spec);
