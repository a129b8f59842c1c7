import type { Attrs, TensorType } from '@unfoldjs/core';
import type { ExportCall } from '../call.js';
import type { Value } from '../value.js';

/** What is known of an op before it is written. */
export interface Facts {
  readonly types: readonly TensorType[];
  readonly attrs: Attrs;
  readonly opset: number;
  readonly output: TensorType;
}

/** How an op of the graph is written as nodes of ONNX. */
export interface ExportForm {
  /** Where this form says the same as the op; elsewhere it is written by its definition. Default: everywhere. */
  readonly when?: (facts: Facts) => boolean;
  write(call: ExportCall<never>): Value;
}

export type ExportForms = Readonly<Record<string, ExportForm>>;

export const isFloat = ({ types }: Facts): boolean => types.every(({ dtype }) => dtype === 'float32');

export const isSince =
  (opset: number) =>
  (facts: Facts): boolean =>
    facts.opset >= opset;
