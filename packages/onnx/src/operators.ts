import { onnxOps } from './ops/index.js';
import { opsets } from './run/support.js';

/** An operator of ONNX's own domain that `importOnnx` reads. */
export interface OnnxOperator {
  readonly name: string;
  /** The first opset that has it, of those that are read. */
  readonly since: number;
  /** Attributes of all its versions. */
  readonly attributes: readonly string[];
  /** Inputs whose elements must be known before anything runs: initialisers, constants, or computed from shapes. */
  readonly knownInputs: readonly number[];
}

/**
 * The operators that are read, by name.
 *
 * @example
 * import { operators } from '@unfoldjs/onnx';
 * operators().find(({ name }) => name === 'Trilu')?.since; // => 14
 */
export const operators = (): readonly OnnxOperator[] =>
  [...onnxOps].map(([name, { since = opsets.oldest, attributes, knownInputs = [] }]) => ({ name, since, attributes, knownInputs })).sort((a, b) => (a.name < b.name ? -1 : 1));
