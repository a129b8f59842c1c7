import type { AbortSignalLike, Backend } from '../backend/contract.js';
import { UnfoldError, badArgument, unfoldError } from '../errors/unfold-error.js';
import { makeLeaf } from '../expr/expr.js';
import { dataOp } from '../expr/leaves.js';
import { withSourceLines } from '../expr/source-lines.js';
import { checkInteger, checkShape } from '../ops/check.js';
import { tensor } from '../ops/create/tensor.js';
import { describe } from '../tensor/nested.js';
import { Tensor } from '../tensor/tensor.js';
import { mapTree, type Tree } from '../tensor/tree.js';
import { isDType, type DType } from '../types/dtype.js';
import type { Shape } from '../types/shape.js';
import type { OptimizeOptions } from '../optimizer/optimize.js';
import { formatType, type TensorType } from '../types/tensor-type.js';
import { orOnNext } from './backends.js';
import { build, type BuildOptions, type Built } from './build.js';
import { commonBackend, evaluate } from './evaluate.js';
import { execute } from './execute.js';
import type { Storage } from './storage.js';
import { ProgramCache } from './program-cache.js';
import { flatten, traceFunction, type FlatTree, type Trace } from './trace.js';

/** The type of an argument before there is one; `null` stands for a size that each call may choose. */
export class Placeholder {
  constructor(
    readonly shape: readonly (number | null)[],
    readonly dtype: DType,
  ) {
    Object.freeze(this);
  }
}

/**
 * Declares an argument of a compiled function. Sizes that are `null` are free: there is one program for each concrete shape.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a bad shape or dtype.
 */
export function placeholder(shape: readonly (number | null)[], dtype: DType = 'float32'): Placeholder {
  checkShape('placeholder', 'shape', Array.isArray(shape) ? shape.map((dim: unknown) => (dim === null ? 1 : dim)) : shape);
  if (!isDType(dtype)) {
    throw badArgument('placeholder', 'dtype', `${describe(dtype)} is not a dtype.`, "use 'float32', 'int32' or 'bool'.");
  }
  return new Placeholder(Object.freeze([...shape]), dtype);
}

/** What a call passes for an argument: a number or boolean may stand for a scalar tensor, without a new program for each value. */
export type Argument<T> = T extends Tensor ? Tensor | number | boolean : T extends object ? { readonly [K in keyof T]: Argument<T[K]> } : T;

/** What a traced function is given for a placeholder, or for a tree of them. */
export type Traced<P> = P extends Placeholder ? Tensor : P extends object ? { readonly [K in keyof P]: Traced<P[K]> } : never;

/** A function that runs as one program. */
export interface CompiledFunction<Arguments extends readonly unknown[], Result> {
  (...args: { [K in keyof Arguments]: Argument<Arguments[K]> }): Promise<Result>;
  /** The same with a signal that stops the run between two steps. */
  withSignal(signal: AbortSignalLike): (...args: { [K in keyof Arguments]: Argument<Arguments[K]> }) => Promise<Result>;
  /** How many programs it has been compiled to: one for each backend and each set of argument types. */
  programCount(): number;
  /** Frees the programs. A later call compiles anew. */
  dispose(): void;
}

/** `rules` and `passes` of one's own take part in every program of the function, and in none of another. */
export interface CompileOptions extends Pick<OptimizeOptions, 'rules' | 'passes'> {
  /**
   * Positions of arguments whose memory the program may reuse for its results: old parameters, old optimizer slots. After a call that
   * succeeds their tensors are gone (reading one is a DONATED error); after one that fails they are as they were. Default: none.
   */
  readonly donate?: readonly number[] | undefined;
}

/**
 * A function of tensors as one program: traced once for each set of argument types, optimised as a whole, cached. Arguments and
 * result are tensors, or arrays and records of them; numbers and booleans passed in become scalar inputs, so that a learning
 * rate that changes every step compiles once. Host tensors that the function closes over become constants; tensors that live on a
 * backend are read anew at each call.
 *
 * With `placeholders` the arguments are checked against them, and where no size is free the function is traced at once.
 *
 * @throws {UnfoldError} whatever the function's operations throw while it is traced; at a call INVALID_ARGUMENT,
 * SHAPE_MISMATCH or DTYPE_MISMATCH for arguments that do not fit, and as `evaluate`.
 * @example
 * import { compile, placeholder, setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * const scaled = compile((x, factor) => x.mul(factor).add(1), [placeholder([null]), placeholder([])]);
 * await (await scaled(tensor([1, 2]), 10)).data(); // Float32Array [11, 21]
 */
export function compile<const Placeholders extends readonly unknown[], Result extends Tree<Tensor>>(
  fn: (...args: { [K in keyof Placeholders]: Traced<Placeholders[K]> }) => Result,
  placeholders: Placeholders,
  options?: CompileOptions,
): CompiledFunction<{ [K in keyof Placeholders]: Traced<Placeholders[K]> }, Result>;
export function compile<Arguments extends readonly unknown[], Result extends Tree<Tensor>>(
  fn: (...args: Arguments) => Result,
  placeholders?: undefined,
  options?: CompileOptions,
): CompiledFunction<Arguments, Result>;
export function compile(fn: (...args: never[]) => unknown, placeholders?: readonly unknown[], options: CompileOptions = {}): CompiledFunction<readonly unknown[], unknown> {
  if (typeof fn !== 'function') {
    throw badArgument('compile', 'fn', `${describe(fn)} is not a function.`, 'pass a function of tensors.');
  }
  const { donate = [], ...own } = options;
  for (const position of donate) checkInteger('compile', 'donate', position, 0);
  const declared = placeholders && flatten(placeholders, 'placeholders', isPlaceholder);
  const traces = new Map<string, Trace>();
  const programs = new ProgramCache<Built>(({ executable }) => executable?.dispose());

  const traceOf = (args: FlatTree<unknown>, types: readonly TensorType[], key: string): Trace => {
    let trace = traces.get(key);
    if (!trace) traces.set(key, (trace = traceFunction(fn, args, types)));
    return trace;
  };

  async function run(args: readonly unknown[], signal?: AbortSignalLike): Promise<unknown> {
    const given = flatten(args, 'arguments', isArgument);
    const tensors = given.leaves.map(asTensor);
    const types = tensors.map((tensor) => tensor.type);
    if (declared) checkDeclared(declared, given, types);
    // An argument that has no elements yet is computed first: what it is built from is not part of this program.
    await evaluate(tensors);
    const key = `${given.structure}|${types.map(formatType).join()}`;
    const trace = traceOf(given, types, key);
    const inputs = [...tensors.map((tensor) => tensor.expr.storage!), ...trace.captured.map((leaf) => leaf.storage!)];
    const donated = given.paths.flatMap((path, i) => (donate.some((position) => isWithin(path, position)) ? [i] : []));
    refuseShared(donated, inputs, given.paths);
    const retrace = () => traceFunction(fn, given, types);
    const storages = await orOnNext(async () => {
      const backend = commonBackend(inputs, 'compile');
      return execute(await programs.get(backend, key, () => buildOrRetrace(trace, retrace, backend, { ...own, donated })), inputs, backend, signal);
    });
    for (const i of donated) inputs[i]!.dispose('donated');
    return mapTree(trace.result, 'compile', (index) => new Tensor(makeLeaf(dataOp, storages[index as number]!)));
  }

  if (declared && declared.leaves.every(({ shape }) => !shape.includes(null))) {
    const types = declared.leaves.map(({ dtype, shape }) => ({ dtype, shape: shape as Shape }));
    traceOf(declared, types, `${declared.structure}|${types.map(formatType).join()}`);
  }

  const compiled = Object.assign((...args: readonly unknown[]) => run(args), {
    withSignal:
      (signal: AbortSignalLike) =>
      (...args: readonly unknown[]) =>
        run(args, signal),
    programCount: () => programs.size,
    dispose() {
      programs.clear();
      traces.clear();
    },
  });
  return compiled as CompiledFunction<readonly unknown[], unknown>;
}

const isPlaceholder = (leaf: unknown): leaf is Placeholder => leaf instanceof Placeholder;
const isArgument = (leaf: unknown): leaf is Tensor | number | boolean => leaf instanceof Tensor || typeof leaf === 'number' || typeof leaf === 'boolean';

/** Numbers and booleans as tensors on the host, so that their value is an input and not part of the program. */
function asTensor(leaf: Tensor | number | boolean): Tensor {
  if (leaf instanceof Tensor) return leaf;
  return typeof leaf === 'number' ? tensor([leaf], [], 'float32') : tensor([leaf], [], 'bool');
}

/** A build that fails is tried once more with source lines, so that the error can name the user's. */
async function buildOrRetrace(trace: Trace, retrace: () => Trace, backend: Backend, options: BuildOptions): Promise<Built> {
  try {
    return await build(trace.lowered, backend, options);
  } catch (fault) {
    if (!(fault instanceof UnfoldError)) throw fault;
    return build(withSourceLines(retrace).lowered, backend, options);
  }
}

/** True for `[2]`, `[2].w`, `[2][0]` and argument 2. */
const isWithin = (path: string, position: number): boolean => path.startsWith(`[${position}]`);

/** A tensor whose memory is given away must not be read by another argument of the same call. */
function refuseShared(donated: readonly number[], inputs: readonly Storage[], paths: readonly string[]): void {
  for (const i of donated) {
    const other = inputs.findIndex((storage, k) => k !== i && storage === inputs[i]);
    if (other < 0) continue;
    throw unfoldError({
      code: 'INVALID_ARGUMENT',
      op: 'compile',
      argument: paths[i],
      problem: `this tensor is donated, and the function also reads it as ${paths[other] ?? 'a tensor that it closes over'}.`,
      fix: 'pass it once, or do not donate that argument.',
      operands: [{ name: paths[i]!, type: inputs[i]!.type }],
    });
  }
}

function checkDeclared(declared: FlatTree<Placeholder>, given: FlatTree<unknown>, types: readonly TensorType[]): void {
  if (declared.structure !== given.structure) {
    throw badArgument(
      'compile',
      'arguments',
      `the call passes ${given.structure || 'nothing'}, the placeholders declare ${declared.structure || 'nothing'}.`,
      'pass one tensor (or tree of tensors) for each placeholder.',
    );
  }
  declared.leaves.forEach(({ shape, dtype }, i) => {
    const type = types[i]!;
    const fits = shape.length === type.shape.length && shape.every((dim, axis) => dim === null || dim === type.shape[axis]);
    if (fits && dtype === type.dtype) return;
    throw unfoldError({
      code: fits ? 'DTYPE_MISMATCH' : 'SHAPE_MISMATCH',
      op: 'compile',
      argument: given.paths[i],
      problem: `the placeholder declares ${dtype}[${shape.map((dim) => dim ?? 'any').join(', ')}].`,
      fix: 'pass a tensor of that type, or leave the sizes that vary free with `null`.',
      operands: [{ name: given.paths[i]!, type }],
    });
  });
}
