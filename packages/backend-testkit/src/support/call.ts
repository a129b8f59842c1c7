import { formatType, type Attrs, type Backend, type BackendBuffer, type OpCall, type OpDef, type Program, type TensorType, type TypedArray } from '@unfoldjs/core';
import { referenceKernels, type Kernel } from '@unfoldjs/core/reference';
import { layCanaries } from './canaries.js';
import { checkExact } from './compare.js';
import { checkEqual, fail } from './fail.js';

/** One op on data: what a generator makes and what a failure prints. */
export interface Call {
  readonly op: OpDef;
  readonly attrs: Attrs;
  readonly inputs: readonly TensorType[];
  readonly data: readonly TypedArray[];
  /** True for the inputs that the program holds as constants. */
  readonly constant: readonly boolean[];
}

export const outputOf = ({ op, attrs, inputs }: Call): TensorType => op.infer(inputs, attrs);

export const opCallOf = (call: Call): OpCall => ({ op: call.op, attrs: call.attrs, inputs: call.inputs, output: outputOf(call) });

/** `pad(float32[2, 3]) {"paddings":[[0,1],[0,0]],"value":0}` */
export function formatCall({ op, attrs, inputs, constant }: Pick<Call, 'op' | 'attrs' | 'inputs'> & Partial<Call>): string {
  const operands = inputs.map((type, i) => `${formatType(type)}${constant?.[i] ? ' constant' : ''}`).join(', ');
  return `${op.name}(${operands}) ${JSON.stringify(attrs)}`;
}

/** The program of one step, with those inputs as constants that the call says. */
export function programOfCall(call: Call): Program {
  const output = outputOf(call);
  const position = call.inputs.length;
  const isConstant = (value: number): boolean => call.constant[value] === true;
  const ids = call.inputs.map((_, value) => value);
  return {
    values: [...call.inputs, output],
    inputs: ids.filter((value) => !isConstant(value)).map((value) => ({ value })),
    constants: ids.filter(isConstant).map((value) => ({ value, data: call.data[value]! })),
    steps: [{ op: call.op, attrs: call.attrs, inputs: call.inputs.map((type, value) => ({ value, type })), output: position, type: output }],
    outputs: [position],
  };
}

/** The data of those inputs that are not constants. */
export const argumentsOf = (call: Call): TypedArray[] => call.data.filter((_, i) => !call.constant[i]);

/** Runs a program once on host data between canaries, checks that it left these and its inputs alone, and frees everything. */
export async function runOnce(backend: Backend, program: Program, data: readonly TypedArray[]): Promise<TypedArray[]> {
  const buffers: BackendBuffer[] = [];
  const executable = await backend.compile(program);
  const canaries = await layCanaries(backend, program);
  try {
    for (const [i, { value }] of program.inputs.entries()) buffers.push(await backend.upload(data[i]!, program.values[value]!));
    const lent = buffers.length;
    const outputs = await executable.run(buffers.slice());
    buffers.push(...outputs);
    checkEqual(outputs.length, program.outputs.length, 'the number of results of a run');
    const results = await Promise.all(outputs.map((output) => backend.read(output)));
    for (let i = 0; i < lent; i++) {
      const type = program.values[program.inputs[i]!.value]!;
      checkExact(await backend.read(buffers[i]!), data[i]!, type.shape, `input ${i} after the run, which only borrowed it`);
    }
    await canaries.check();
    return results;
  } finally {
    canaries.free();
    for (const buffer of buffers) backend.free(buffer);
    executable.dispose();
  }
}

/** The plain kernel of a primitive. */
export const primitiveKernelOf = (name: string): Kernel =>
  (Object.hasOwn(referenceKernels, name) ? (referenceKernels as unknown as Record<string, Kernel>)[name] : undefined) ?? fail(`there is no reference kernel ${name}`);
