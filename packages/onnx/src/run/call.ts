import { transpose, unfoldError, type Tensor, type UnfoldError } from '@unfoldjs/core';
import type { Attributes } from '../model/attributes.js';
import type { OnnxNode } from '../model/graph.js';
import type { HostArray } from '../model/host-array.js';
import type { Value } from './value.js';

const inverse = (perm: readonly number[]): number[] => perm.map((_, axis) => perm.indexOf(axis));

/** One node with its inputs, while the graph is traced. */
export class Call {
  constructor(
    readonly node: OnnxNode,
    private readonly inputs: readonly (Value | null)[],
  ) {}

  get attrs(): Attributes {
    return this.node.attributes;
  }

  /** The version of ONNX's operators that the file is written for. */
  get opset(): number {
    return this.node.opset!;
  }

  /** How many inputs are listed, those left out at the end not counted. */
  get count(): number {
    return this.inputs.length;
  }

  get outputs(): number {
    return this.node.outputs.length;
  }

  has(index: number): boolean {
    return Boolean(this.inputs[index]);
  }

  value(index: number): Value {
    return this.inputs[index] ?? this.refuse(`its input ${index} is missing`, 'check the model with `onnx.checker`');
  }

  /** An input as a lazy tensor, with its axes as the file has them. */
  tensor(index: number): Tensor {
    const { tensor, perm } = this.value(index);
    return perm ? transpose(tensor, inverse(perm)) : tensor;
  }

  tensors(from = 0): Tensor[] {
    return this.inputs.slice(from).map((_, i) => this.tensor(from + i));
  }

  /** An input with its axes in another order; parameters may lie so already. */
  laidOut(index: number, perm: readonly number[]): Tensor {
    const value = this.value(index);
    return value.perm?.join() === perm.join() ? value.tensor : transpose(this.tensor(index), perm);
  }

  /** An input whose elements must be known before anything runs. */
  host(index: number): HostArray {
    return this.value(index).host ?? this.refuse(`its input ${index} (\`${this.node.inputs[index]}\`) depends on data, and the shape of a result does on it`, 'make it a constant, or compute it from shapes alone');
  }

  ints(index: number): number[] {
    return Array.from(this.host(index).data);
  }

  /** All inputs that are given, where all are known and none is trained; else null. */
  get known(): readonly HostArray[] | null {
    const found: HostArray[] = [];
    for (const input of this.inputs) {
      if (!input) continue;
      if (!input.host || input.isParam) return null;
      found.push(input.host);
    }
    return found;
  }

  /** @throws {UnfoldError} UNSUPPORTED_OP with the node's name */
  refuse(problem: string, fix: string): never {
    throw this.error(problem, fix);
  }

  error(problem: string, fix: string): UnfoldError {
    return unfoldError({ code: 'UNSUPPORTED_OP', op: 'importOnnx', problem: `${this.node.label} cannot be read: ${problem}.`, fix: `${fix}.` });
  }
}
