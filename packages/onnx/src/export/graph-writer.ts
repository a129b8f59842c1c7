import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import type { DType } from '@unfoldjs/core';
import type { HostArray } from '../model/host-array.js';
import type { Dim } from '../model/graph.js';
import type { Size } from './sizes.js';
import { AttributeProto_AttributeType, ModelProtoSchema, TensorProto_DataType, type AttributeProtoSchema, type TensorProtoSchema, type ValueInfoProtoSchema } from '../proto/onnx_pb.js';

/** A tensor of the file. Names are given when all are known. */
export interface Wire {
  name: string;
  /** What it is called where nobody named it: `conv` for `conv_3`. */
  readonly hint: string;
}

/** An input that is left out. */
export const absent: Wire = { name: '', hint: '' };

/** Whole numbers are ints; floats and texts say so. */
export type AttributeValue = number | readonly number[] | string | { readonly float: number };

/** One node of the file. Later ones may still change it: a bias becomes part of its convolution. */
export interface WrittenNode {
  op: string;
  inputs: Wire[];
  attributes: Readonly<Record<string, AttributeValue>>;
  readonly output: Wire;
  /** Of a sum: along which axes, and of how many numbers each. */
  sum?: { readonly axes: readonly number[]; readonly terms: Size };
  /** Of a norm over instances: whether a scale, or after that an offset, may still become part of it. */
  affine?: 'none' | 'scaled';
  /** Of what moves elements along one axis, so that the same along another becomes part of it. */
  move?: { readonly kind: 'repeat'; readonly scales: readonly number[] } | { readonly kind: 'pad'; readonly amounts: readonly number[] };
}

/** Whole numbers of 64 bits: shapes, axes and amounts. */
interface Ints {
  readonly ints: readonly (number | bigint)[];
}

const elementType: Readonly<Record<DType, TensorProto_DataType>> = { float32: TensorProto_DataType.FLOAT, int32: TensorProto_DataType.INT32, bool: TensorProto_DataType.BOOL };

export const elementTypeOf = (dtype: DType): number => elementType[dtype];

/** To the end of an axis, whatever its size is. */
export const farEnd = 2n ** 63n - 1n;

/** Constants with no more elements than this are written once, however often they are used. */
const shared = 64;

/** What goes into the file: nodes in order, and initialisers. */
export class GraphWriter {
  readonly nodes: WrittenNode[] = [];
  readonly #initializers = new Map<Wire, HostArray | Ints>();
  readonly #known = new Map<string, Wire>();

  constructor(readonly opset: number) {}

  node(op: string, inputs: readonly Wire[], attributes: WrittenNode['attributes'] = {}): WrittenNode {
    const node: WrittenNode = { op, inputs: [...inputs], attributes, output: { name: '', hint: op.toLowerCase() } };
    this.nodes.push(node);
    return node;
  }

  op(op: string, inputs: readonly Wire[], attributes: WrittenNode['attributes'] = {}): Wire {
    return this.node(op, inputs, attributes).output;
  }

  /** A constant; `hint` is its name in the file where that is still free. */
  constant(host: HostArray, hint: string | null = null): Wire {
    const key = hint === null && host.data.length <= shared ? `${host.dtype}|${host.shape.join()}|${Array.from(host.data, (value) => (Object.is(value, -0) ? '-0' : value)).join()}` : null;
    return this.#initializer(host, hint, key);
  }

  scalar(value: number, dtype: DType): Wire {
    return this.constant({ dtype, shape: [], data: dtype === 'float32' ? Float32Array.of(value) : [value] });
  }

  /** Whole numbers of 64 bits along one axis. */
  ints(values: readonly (number | bigint)[]): Wire {
    return this.#initializer({ ints: values }, null, `int64|${values.join()}`);
  }

  #initializer(data: HostArray | Ints, hint: string | null, key: string | null): Wire {
    const known = key === null ? undefined : this.#known.get(key);
    if (known) return known;
    const wire = { name: '', hint: hint ?? 'constant' };
    this.#initializers.set(wire, data);
    if (key !== null) this.#known.set(key, wire);
    return wire;
  }

  isInitializer(wire: Wire): boolean {
    return this.#initializers.has(wire);
  }

  /** What the outputs need: later nodes may have made earlier ones idle. */
  #needed(outputs: readonly Declared[]): { nodes: WrittenNode[]; initializers: Map<Wire, HostArray | Ints> } {
    const wires = new Set(outputs.map(({ wire }) => wire));
    const nodes = [...this.nodes].reverse().filter(({ output, inputs }) => {
      if (!wires.has(output)) return false;
      for (const wire of inputs) wires.add(wire);
      return true;
    });
    return { nodes: nodes.reverse(), initializers: new Map([...this.#initializers].filter(([wire]) => wires.has(wire))) };
  }

  /** The bytes of the file. Wires of inputs and outputs have their names already; all others get theirs here. */
  finish({ name, inputs, outputs }: { readonly name: string; readonly inputs: readonly Declared[]; readonly outputs: readonly Declared[] }): Uint8Array {
    const { nodes, initializers } = this.#needed(outputs);
    const names = new NameTable([...inputs, ...outputs].map(({ wire }) => wire.name));
    for (const wire of initializers.keys()) if (wire.name === '') wire.name = names.free(wire.hint, wire.hint !== 'constant');
    for (const { output } of nodes) if (output.name === '') output.name = names.free(output.hint, false);
    return toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, {
        irVersion: this.opset >= 21 ? 10n : this.opset >= 19 ? 9n : 8n,
        producerName: 'unfoldjs',
        opsetImport: [{ domain: '', version: BigInt(this.opset) }],
        graph: {
          name,
          input: inputs.map(valueInfo),
          output: outputs.map(valueInfo),
          initializer: [...initializers].map(([wire, data]) => tensorProto(wire.name, data)),
          node: nodes.map(({ op, inputs: read, attributes, output }) => ({
            name: output.name,
            opType: op,
            input: read.map((wire) => wire.name),
            output: [output.name],
            attribute: Object.entries(attributes).map(([key, value]) => attributeProto(key, value)),
          })),
        },
      }),
    );
  }
}

/** An input or output of the model with its type. */
export interface Declared {
  readonly wire: Wire;
  readonly dtype: DType;
  readonly dims: readonly Dim[];
}

class NameTable {
  readonly #used: Set<string>;
  readonly #counts = new Map<string, number>();

  constructor(taken: readonly string[]) {
    this.#used = new Set(taken);
  }

  /** `hint` itself where it may stand alone and is free, else with a number. */
  free(hint: string, alone: boolean): string {
    let name = hint;
    for (let count = this.#counts.get(hint) ?? 0; !alone || this.#used.has(name); count++) {
      name = `${hint}_${count}`;
      this.#counts.set(hint, count + 1);
      if (!this.#used.has(name)) break;
    }
    this.#used.add(name);
    return name;
  }
}

function attributeProto(name: string, value: AttributeValue): MessageInitShape<typeof AttributeProtoSchema> {
  if (typeof value === 'number') return { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) };
  if (typeof value === 'string') return { name, type: AttributeProto_AttributeType.STRING, s: new TextEncoder().encode(value) };
  if ('float' in value) return { name, type: AttributeProto_AttributeType.FLOAT, f: Math.fround(value.float) };
  return { name, type: AttributeProto_AttributeType.INTS, ints: value.map(BigInt) };
}

const valueInfo = ({ wire, dtype, dims }: Declared): MessageInitShape<typeof ValueInfoProtoSchema> => ({
  name: wire.name,
  type: {
    value: {
      case: 'tensorType',
      value: {
        elemType: elementType[dtype],
        shape: { dim: dims.map((dim) => ({ value: typeof dim === 'number' ? { case: 'dimValue', value: BigInt(dim) } : { case: 'dimParam', value: dim ?? '' } })) },
      },
    },
  },
});

function tensorProto(name: string, data: HostArray | Ints): MessageInitShape<typeof TensorProtoSchema> {
  if ('ints' in data) return { name, dataType: TensorProto_DataType.INT64, dims: [BigInt(data.ints.length)], rawData: bytesOf(8, data.ints, (view, at, value) => view.setBigInt64(at, BigInt(value), true)) };
  const { shape, dtype, data: elements } = data;
  const rawData =
    dtype === 'bool'
      ? Uint8Array.from(elements, (value) => Number(value !== 0))
      : bytesOf(4, elements, dtype === 'float32' ? (view, at, value) => view.setFloat32(at, value, true) : (view, at, value) => view.setInt32(at, value, true));
  return { name, dataType: elementType[dtype], dims: shape.map(BigInt), rawData };
}

function bytesOf<T>(width: number, values: ArrayLike<T>, write: (view: DataView, at: number, value: T) => void): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(width * values.length));
  for (let i = 0; i < values.length; i++) write(view, i * width, values[i]!);
  return new Uint8Array(view.buffer);
}
