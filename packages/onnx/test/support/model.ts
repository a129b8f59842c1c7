import { create, toBinary } from '@bufbuild/protobuf';
import { sizeOf, tensor, type Tensor } from '@unfoldjs/core';
import { importOnnx, type OnnxModel } from '@unfoldjs/onnx';
import {
  AttributeProto_AttributeType as Kind,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType as Type,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from '@unfoldjs/onnx/proto';

// Models of ONNX in a few words, for tests.

/** Whole numbers are INT, and lists of them INTS; floats are said. */
export type AttributeValue = number | string | readonly number[] | { readonly float: number } | { readonly floats: readonly number[] } | { readonly tensor: TensorProto };

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(new TextEncoder().encode(text));

function attribute(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === 'number') return create(AttributeProtoSchema, { name, type: Kind.INT, i: BigInt(value) });
  if (typeof value === 'string') return create(AttributeProtoSchema, { name, type: Kind.STRING, s: bytesOf(value) });
  if ('float' in value) return create(AttributeProtoSchema, { name, type: Kind.FLOAT, f: value.float });
  if ('floats' in value) return create(AttributeProtoSchema, { name, type: Kind.FLOATS, floats: [...value.floats] });
  if ('tensor' in value) return create(AttributeProtoSchema, { name, type: Kind.TENSOR, t: value.tensor });
  return create(AttributeProtoSchema, { name, type: Kind.INTS, ints: value.map(BigInt) });
}

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Names of inputs and outputs stand in one string each, with spaces between them; `_` is one that is left out. */
export const node = (opType: string, input: string, output: string, attributes: Attributes = {}, more: { readonly name?: string; readonly domain?: string } = {}): NodeProto =>
  create(NodeProtoSchema, { opType, input: names(input), output: names(output), attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)), ...more });

const names = (text: string): string[] => text.split(' ').filter(Boolean).map((name) => (name === '_' ? '' : name));

export const floats = (name: string, dims: readonly number[], values: readonly number[]): TensorProto =>
  create(TensorProtoSchema, { name, dataType: Type.FLOAT, dims: dims.map(BigInt), rawData: new Uint8Array(Float32Array.from(values).buffer) });

export const ints = (name: string, dims: readonly number[], values: readonly (number | bigint)[]): TensorProto =>
  create(TensorProtoSchema, { name, dataType: Type.INT64, dims: dims.map(BigInt), rawData: new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer) });

/** 1, 2, 3, 4, 5, -4, -3 ... : small whole numbers, so that every order of summation gives the same. */
export const small = (count: number, from = 1): number[] => Array.from({ length: count }, (_, i) => ((i + from + 4) % 9) - 4);

type Dims = readonly (number | string | null)[] | null;

export function info(name: string, dims: Dims, elemType: number = Type.FLOAT): ValueInfoProto {
  const dim = dims?.map((size) => create(TensorShapeProto_DimensionSchema, { value: typeof size === 'number' ? { case: 'dimValue', value: BigInt(size) } : size === null ? { case: undefined } : { case: 'dimParam', value: size } }));
  const value = create(TypeProto_TensorSchema, { elemType, ...(dim && { shape: create(TensorShapeProtoSchema, { dim }) }) });
  return create(ValueInfoProtoSchema, { name, type: create(TypeProtoSchema, { value: { case: 'tensorType', value } }) });
}

export interface ModelParts {
  readonly nodes: readonly NodeProto[];
  /** Default: one, `x`, of any shape. */
  readonly inputs?: readonly ValueInfoProto[];
  /** Default: `y`. */
  readonly outputs?: readonly ValueInfoProto[];
  readonly initializers?: readonly TensorProto[];
  /** Null for a file that imports none. Default 17. */
  readonly opset?: number | null;
  readonly domains?: Readonly<Record<string, number>>;
}

export function modelOf({ nodes, inputs = [info('x', null)], outputs = [info('y', null)], initializers = [], opset = 17, domains = {} }: ModelParts): ModelProto {
  const own = opset === null ? {} : { '': opset };
  return create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: Object.entries({ ...own, ...domains }).map(([domain, version]) => ({ domain, version: BigInt(version) })),
    graph: create(GraphProtoSchema, { name: 'test', node: [...nodes], input: [...inputs], output: [...outputs], initializer: [...initializers] }),
  });
}

export const modelBytes = (parts: ModelParts): Uint8Array<ArrayBuffer> => toBinary(ModelProtoSchema, modelOf(parts));

export const imported = (parts: ModelParts): Promise<OnnxModel> => importOnnx(modelBytes(parts));

/** The first result of a model for some inputs: its shape and elements. */
export async function run(parts: ModelParts, ...inputs: readonly Tensor[]): Promise<{ shape: readonly number[]; data: number[] }> {
  const model = await imported(parts);
  const [y] = model.apply(model.params, inputs);
  return { shape: y!.shape, data: Array.from(await y!.data()) };
}

/** A tensor of small whole numbers. */
export const smallTensor = (shape: readonly number[], from = 1): Tensor => tensor(Float32Array.from(small(sizeOf(shape), from)), shape);
