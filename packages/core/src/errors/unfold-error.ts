import type { TensorType } from '../types/tensor-type.js';
import { formatShape } from '../types/shape.js';
import { formatTable } from './table.js';

/** The stable codes. A code never changes its meaning; new ones may be added. */
export type ErrorCode =
  | 'SHAPE_MISMATCH' // operands whose shapes do not fit each other or the operation
  | 'DTYPE_MISMATCH' // an operand of an element type that the operation does not take
  | 'NOT_DIFFERENTIABLE' // a gradient asked for through integers or booleans
  | 'INVALID_ARGUMENT' // an attribute or argument of the wrong kind or outside its range
  | 'DATA_MISMATCH' // data whose length or values do not fit the declared shape or dtype
  | 'INVALID_FILE' // a file that is missing or breaks the rules of its format
  | 'NOT_FINITE' // a NaN or an infinity where there must be none, found on request
  | 'NAME_TAKEN' // a second definition under one name
  | 'DISPOSED' // a tensor, executable or backend that was used after its end
  | 'DONATED' // a tensor whose buffer was given to a compiled function
  | 'NO_BACKEND' // nothing to run on
  | 'MIXED_BACKENDS' // operands that live on different backends
  | 'UNSUPPORTED_OP' // an operation that the backend refuses
  | 'OUT_OF_MEMORY' // a limit on live bytes that would be passed
  | 'BACKEND_FAILED' // a fault inside a backend
  | 'DEVICE_LOST' // a device that went away, with what it held
  | 'TIMED_OUT' // a backend that did not answer in the time it was given
  | 'TRACE_ONLY' // a value asked for while a function is being traced
  | 'ABORTED' // stopped by the caller's AbortSignal
  | 'OPTIMIZER_DIVERGED' // rules that undo each other
  | 'ENGINE_UNREACHABLE' // an engine of jobs that cannot be spoken to
  | 'BLOB_MISSING' // bytes that a job names and that are not there, or no longer
  | 'BLOB_DAMAGED' // bytes that are not those that were written
  | 'PAYLOAD_REFUSED' // a job whose payload is not what its task takes
  | 'TASK_UNKNOWN' // a job for a task that the worker's module does not have
  | 'TASK_FAILED' // a task that threw
  | 'JOB_LOST' // a job whose workers were lost, or passed its deadline, as often as it is tried
  | 'ILLEGAL_GRAPH'; // a pass that left a graph which breaks an invariant

/** One row of the table in a message: an argument and what was given for it. */
export interface Operand {
  readonly name: string;
  readonly type: TensorType;
}

export interface ErrorDetails {
  readonly code: ErrorCode;
  /** The operation or function that refused. */
  readonly op: string;
  /** The argument at fault, as the signature names it. */
  readonly argument?: string | undefined;
  /** One sentence: what is wrong, with the values. */
  readonly problem: string;
  /** One sentence: what to do instead. */
  readonly fix: string;
  readonly operands?: readonly Operand[] | undefined;
  /** Where the refused call stands in the user's code; captured under the debug flag only. */
  readonly source?: string | undefined;
  readonly cause?: unknown;
}

/** Every error that Unfold throws on purpose. `code` is stable; the message is for people. */
export class UnfoldError extends Error {
  override readonly name: string = 'UnfoldError';
  readonly code: ErrorCode;
  readonly op: string;
  readonly argument: string | undefined;
  readonly problem: string;
  readonly fix: string;
  readonly operands: readonly Operand[];

  constructor(details: ErrorDetails) {
    super(formatMessage(details), details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.op = details.op;
    this.argument = details.argument;
    this.problem = details.problem;
    this.fix = details.fix;
    this.operands = details.operands ?? [];
  }
}

/** SHAPE_MISMATCH */
export class ShapeError extends UnfoldError {
  override readonly name = 'ShapeError';
}
/** DTYPE_MISMATCH, NOT_DIFFERENTIABLE */
export class DTypeError extends UnfoldError {
  override readonly name = 'DTypeError';
}
/** INVALID_ARGUMENT, DATA_MISMATCH, INVALID_FILE, NAME_TAKEN */
export class ArgumentError extends UnfoldError {
  override readonly name = 'ArgumentError';
}
/** DISPOSED, DONATED, TRACE_ONLY, ABORTED, NOT_FINITE */
export class StateError extends UnfoldError {
  override readonly name = 'StateError';
}
/** NO_BACKEND, MIXED_BACKENDS, UNSUPPORTED_OP, OUT_OF_MEMORY, BACKEND_FAILED, DEVICE_LOST, TIMED_OUT */
export class BackendError extends UnfoldError {
  override readonly name = 'BackendError';
}
/** ENGINE_UNREACHABLE, BLOB_MISSING, BLOB_DAMAGED, PAYLOAD_REFUSED, TASK_UNKNOWN, TASK_FAILED, JOB_LOST */
export class EngineError extends UnfoldError {
  override readonly name = 'EngineError';
}
/** OPTIMIZER_DIVERGED, ILLEGAL_GRAPH: a fault of a rule or a pass, never of the caller. */
export class OptimizerError extends UnfoldError {
  override readonly name = 'OptimizerError';
}

const classOf = {
  SHAPE_MISMATCH: ShapeError,
  DTYPE_MISMATCH: DTypeError,
  NOT_DIFFERENTIABLE: DTypeError,
  INVALID_ARGUMENT: ArgumentError,
  DATA_MISMATCH: ArgumentError,
  INVALID_FILE: ArgumentError,
  NAME_TAKEN: ArgumentError,
  NOT_FINITE: StateError,
  DISPOSED: StateError,
  DONATED: StateError,
  TRACE_ONLY: StateError,
  ABORTED: StateError,
  NO_BACKEND: BackendError,
  MIXED_BACKENDS: BackendError,
  UNSUPPORTED_OP: BackendError,
  OUT_OF_MEMORY: BackendError,
  BACKEND_FAILED: BackendError,
  DEVICE_LOST: BackendError,
  TIMED_OUT: BackendError,
  ENGINE_UNREACHABLE: EngineError,
  BLOB_MISSING: EngineError,
  BLOB_DAMAGED: EngineError,
  PAYLOAD_REFUSED: EngineError,
  TASK_UNKNOWN: EngineError,
  TASK_FAILED: EngineError,
  JOB_LOST: EngineError,
  OPTIMIZER_DIVERGED: OptimizerError,
  ILLEGAL_GRAPH: OptimizerError,
} as const satisfies Record<ErrorCode, typeof UnfoldError>;

/** The error of the class that belongs to its code. */
export const unfoldError = (details: ErrorDetails): UnfoldError => new classOf[details.code](details);

/** The commonest one: INVALID_ARGUMENT. */
export const badArgument = (op: string, argument: string, problem: string, fix: string): UnfoldError => unfoldError({ code: 'INVALID_ARGUMENT', op, argument, problem, fix });

function formatMessage({ code, op, argument, problem, fix, operands, source }: ErrorDetails): string {
  // A problem may go on in a table of its own; the code stands at the end of its first line.
  const [first, ...rest] = problem.split('\n');
  const lines = [`${op}${argument ? ` (\`${argument}\`)` : ''}: ${first} [${code}]`, ...rest];
  if (operands?.length) {
    lines.push('', formatTable(['argument', 'shape', 'dtype'], operands.map(({ name, type }) => [name, formatShape(type.shape), type.dtype])));
  }
  if (source) lines.push('', `at ${source}`);
  lines.push('', `Fix: ${fix}`);
  return lines.join('\n');
}
