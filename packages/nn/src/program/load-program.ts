import { badArgument, formatTable, formatType, sizeOf, unfoldError, UnfoldError, type AbortSignalLike, type Backend, type BackendBuffer, type BackendSpec, type OpDef, type TensorType, type TypedArray } from '@unfoldjs/core';
import { describe } from '../check.js';
import { readProgram, type NamedValue, type StoredProgram } from './read-program.js';

/** Elements of an input, row-major: an array of its dtype (Float32Array, Int32Array, Uint8Array for bool), or any other whose numbers the dtype holds. */
export type Elements = TypedArray | Uint8ClampedArray | readonly number[];

export interface LoadProgramOptions {
  /**
   * Ops that the program may use: the type of each of their steps is inferred anew. Needed for elementwise ops of one's own on backends that
   * ask what they do. All of core's are `builtInOps.values()` of `@unfoldjs/core/reference`; they bring their code into a bundle. Default: none.
   */
  readonly ops?: Iterable<OpDef> | undefined;
  /** What messages call the file. Default: 'file'. */
  readonly name?: string | undefined;
}

/** A program that is ready to run. It needs neither the optimizer nor tensors. */
export interface LoadedProgram {
  readonly inputs: readonly (TensorType & { readonly name: string })[];
  readonly outputs: readonly (TensorType & { readonly name: string })[];
  /**
   * Runs once.
   *
   * @param inputs - the elements of each input, by its name. They are copied.
   * @returns the elements of each output, by its name, as new arrays.
   * @throws {UnfoldError} INVALID_ARGUMENT for an input that is missing or unknown; DATA_MISMATCH for elements that do not fit; ABORTED;
   * BACKEND_FAILED, DEVICE_LOST and OUT_OF_MEMORY as the backend says; DISPOSED.
   */
  run(inputs: Readonly<Record<string, Elements>>, options?: { readonly signal?: AbortSignalLike }): Promise<Record<string, TypedArray>>;
  /** Frees the constants, and closes the backend if `loadProgram` opened it. A second call does nothing. */
  dispose(): Promise<void>;
}

/**
 * Loads what {@link encodeProgram} wrote onto a backend. A page that does this and no more carries no optimizer.
 *
 * Without `ops` the attributes of steps are taken as the file has them. Its digest finds damage, not malice: load a program from where
 * you would load a script.
 *
 * @param backend - a backend, or what opens one (`wasm()`): then it belongs to the program and is closed with it.
 * @throws {UnfoldError} INVALID_FILE for a file that is no program, or was changed; UNSUPPORTED_OP with every step that the backend does
 * not run, where it was written for another one; NO_BACKEND.
 */
export async function loadProgram(file: Uint8Array, backend: Backend | BackendSpec, options: LoadProgramOptions = {}): Promise<LoadedProgram> {
  if (!(file instanceof Uint8Array)) throw badArgument('loadProgram', 'file', `${describe(file)} is no Uint8Array.`, 'pass the bytes: `new Uint8Array(await response.arrayBuffer())`.');
  if (typeof backend !== 'object' || backend === null || !('open' in backend || 'compile' in backend)) throw badArgument('loadProgram', 'backend', `${describe(backend)} is not a backend.`, 'pass `wasm()`, another backend, or one that is open.');
  const known = new Map([...(options.ops ?? [])].map((op) => [op.name, op]));
  const stored = readProgram(file, options.name ?? 'file', known);
  const device = 'open' in backend ? await backend.open() : backend;
  const close = async (): Promise<void> => {
    if ('open' in backend) await device.dispose();
  };
  try {
    checkSupported(stored, device);
    const executable = stored.program.steps.length > 0 ? await typed(device, () => device.compile(stored.program)) : null;
    let isLive = true;
    return {
      inputs: stored.inputs.map(({ name, type }) => ({ name, ...type })),
      outputs: stored.results.map(({ name, type }) => ({ name, ...type })),
      async run(given, { signal } = {}) {
        if (!isLive) throw unfoldError({ code: 'DISPOSED', op: 'run', problem: 'this program was disposed of.', fix: 'load it again.' });
        const elements = checkInputs(stored.inputs, given);
        const buffers: BackendBuffer[] = [];
        let outputs: BackendBuffer[] = [];
        try {
          if (executable) {
            for (const [i, { type }] of stored.inputs.entries()) buffers.push(await typed(device, () => device.upload(elements[i]!, type)));
            outputs = await typed(device, () => executable.run(buffers, signal && { signal }));
          }
          return await collect(stored, elements, (at) => typed(device, () => device.read(outputs[at]!)));
        } finally {
          for (const buffer of [...buffers, ...outputs]) device.free(buffer);
        }
      },
      async dispose() {
        if (!isLive) return;
        isLive = false;
        executable?.dispose();
        await close();
      },
    };
  } catch (fault) {
    await close();
    throw fault;
  }
}

/** Results by name: what steps made, and copies of inputs and constants that are results. */
async function collect({ program, inputs, results }: StoredProgram, elements: readonly TypedArray[], read: (output: number) => Promise<TypedArray>): Promise<Record<string, TypedArray>> {
  const entries: [string, TypedArray][] = [];
  for (const { name, value, type } of results) {
    const output = program.outputs.indexOf(value);
    if (output >= 0) {
      entries.push([name, await read(output)]);
      continue;
    }
    const input = inputs.findIndex((each) => each.value === value);
    entries.push([name, arrayOf(type, input >= 0 ? elements[input]! : program.constants.find((constant) => constant.value === value)!.data)]);
  }
  return Object.fromEntries(entries);
}

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;
const arrayOf = ({ dtype }: TensorType, data: Elements): TypedArray => arrays[dtype].from(data);

function checkInputs(inputs: readonly NamedValue[], given: unknown): TypedArray[] {
  const list = inputs.map(({ name, type }) => `${name}: ${formatType(type)}`).join(', ') || 'none';
  if (typeof given !== 'object' || given === null) throw badArgument('run', 'inputs', `${describe(given)} is no record.`, `pass the elements of each input by its name: ${list}.`);
  const unknown = Object.keys(given).find((name) => !inputs.some((input) => input.name === name));
  if (unknown !== undefined) throw badArgument('run', unknown, 'the program has no such input.', `its inputs are ${list}.`);
  return inputs.map(({ name, type }) => {
    const data = Object.hasOwn(given, name) ? (given as Readonly<Record<string, unknown>>)[name] : undefined;
    if (data === undefined) throw badArgument('run', name, 'this input is missing.', `pass all of ${list}.`);
    return elementsFor(name, type, data);
  });
}

const isElements = (data: unknown): data is Elements => (ArrayBuffer.isView(data) && !(data instanceof DataView) && !(data instanceof BigInt64Array) && !(data instanceof BigUint64Array)) || (Array.isArray(data) && Array.from<unknown>(data).every((element) => typeof element === 'number'));

/** A copy, so that the caller may go on with the array while the program runs. */
function elementsFor(name: string, type: TensorType, data: unknown): TypedArray {
  const mismatch = (problem: string, fix: string) => unfoldError({ code: 'DATA_MISMATCH', op: 'run', argument: name, problem, fix, operands: [{ name, type }] });
  if (!isElements(data)) throw mismatch(`${describe(data)} is neither a typed array nor an array of numbers.`, 'pass the elements in one flat array, row by row.');
  if (data.length !== sizeOf(type.shape)) throw mismatch(`it has ${data.length} elements instead of ${sizeOf(type.shape)}.`, 'pass one element for each place of the shape: the program was written for it.');
  const own = arrayOf(type, data);
  // float32 rounds; whole numbers and booleans must be what they are.
  const at = type.dtype === 'float32' ? -1 : own.findIndex((element, i) => element !== data[i] || (type.dtype === 'bool' && element > 1));
  if (at >= 0) throw mismatch(`element ${at} is ${String(data[at])}, which is no ${type.dtype}.`, type.dtype === 'bool' ? 'pass 0 and 1.' : 'pass whole numbers of 32 bits.');
  return own;
}

function checkSupported({ program, madeFor }: StoredProgram, backend: Backend): void {
  const refused = program.steps.flatMap(({ op, attrs, inputs, type }, at) => {
    const answer = backend.supports({ op, attrs, inputs: inputs.map((input) => input.type), output: type });
    return answer === true ? [] : [[String(at), op.name, answer]];
  });
  if (refused.length === 0) return;
  throw unfoldError({
    code: 'UNSUPPORTED_OP',
    op: 'loadProgram',
    argument: 'backend',
    problem: `${backend.name} does not run ${refused.length} of ${program.steps.length} steps; the program was written for ${madeFor}.\n\n${formatTable(['step', 'op', 'reason'], refused)}`,
    fix: `load it on ${madeFor}, or write it for ${backend.name}: \`encodeProgram(fn, inputs, { backend })\`.`,
  });
}

/** Whatever a backend throws is a typed error. */
async function typed<T>(backend: Backend, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof UnfoldError) throw cause;
    throw unfoldError({ code: 'BACKEND_FAILED', op: 'loadProgram', problem: `the backend ${backend.name} failed: ${cause instanceof Error ? cause.message : String(cause)}`, fix: 'load the program again, or on another backend.', cause });
  }
}
