import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { scalar, tensor, type DType, type Tensor } from '@unfoldjs/core';
import { importOnnx, operators } from '@unfoldjs/onnx';
import { ModelProtoSchema, TensorProto_DataType as Type, TensorProtoSchema, type GraphProto, type ModelProto, type TensorProto } from '@unfoldjs/onnx/proto';

// The tests of ONNX itself: https://github.com/onnx/onnx/tree/v1.12.0/onnx/backend/test/data/node, as Debian's libonnx-testdata has them.
const folder = join(process.env['UNFOLD_ONNX_TESTDATA'] ?? '/usr/share/libonnx-testdata/data', 'node');

export const missing: string | null = existsSync(folder) ? null : 'the tests of ONNX are not there (Debian has them in libonnx-testdata; UNFOLD_ONNX_TESTDATA can name their folder)';

export interface NodeTest {
  /** As its folder is called. */
  readonly name: string;
  /** The operators, each once. */
  readonly ops: readonly string[];
  readonly model: ModelProto;
  /** Inputs and outputs of each data set. */
  readonly sets: () => readonly { readonly inputs: readonly TensorProto[]; readonly outputs: readonly TensorProto[] }[];
}

/** All whose operators are read; empty where they are missing. */
export function nodeTests(): NodeTest[] {
  if (missing) return [];
  const read = new Set(operators().map(({ name }) => name));
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const model = fromBinary(ModelProtoSchema, readFileSync(join(folder, name, 'model.onnx')));
      const ops = [...new Set(model.graph!.node.map(({ opType }) => opType))];
      return { name, ops, model, sets: () => setsOf(join(folder, name), model) };
    })
    .filter(({ ops, model }) => ops.every((op) => read.has(op)) && model.graph!.node.every(({ domain }) => domain === ''));
}

function setsOf(path: string, { graph }: ModelProto): ReturnType<NodeTest['sets']> {
  const each = (set: string, what: string, count: number): TensorProto[] => Array.from({ length: count }, (_, i) => fromBinary(TensorProtoSchema, readFileSync(join(path, set, `${what}_${i}.pb`))));
  return readdirSync(path)
    .filter((set) => set.startsWith('test_data_set'))
    .map((set) => ({ inputs: each(set, 'input', graph!.input.length), outputs: each(set, 'output', graph!.output.length) }));
}

/** Names of tensors on whose elements a shape, an axis or a limit depends. */
function knownNames({ node }: GraphProto): Set<string> {
  const known = new Map(operators().map((op) => [op.name, op.knownInputs]));
  const names = new Set(node.flatMap(({ opType, input }) => known.get(opType)!.flatMap((at) => input[at] ?? [])));
  for (const { opType, input, output } of [...node].reverse()) {
    if (opType !== 'Shape' && output.some((name) => names.has(name))) for (const name of input) names.add(name);
  }
  return names;
}

/**
 * The model as a file, with those inputs as initialisers whose elements must be known: in networks they are constants. Files for opsets 1 to
 * 6 are given as 7, which changed none of the operators that they have.
 */
function fileWith({ graph, ...rest }: ModelProto, inputs: readonly TensorProto[], areConstants: boolean): { bytes: Uint8Array; given: readonly TensorProto[] } {
  const bound = knownNames(graph!);
  const named = inputs.map((input, i) => ({ ...input, name: graph!.input[i]!.name }));
  const [constants, given] = [named.filter(({ name }) => areConstants || bound.has(name)), named.filter(({ name }) => !areConstants && !bound.has(name))];
  const opsetImport = rest.opsetImport.map((each) => (each.version < 7n ? { ...each, version: 7n } : each));
  return { bytes: toBinary(ModelProtoSchema, { ...rest, opsetImport, graph: { ...graph!, initializer: [...graph!.initializer, ...constants] } }), given };
}

/** What the importer's model gives for a data set; with `areConstants`, as initialisers of the file. */
export async function resultsOf({ model }: NodeTest, inputs: readonly TensorProto[], areConstants: boolean): Promise<Tensor[]> {
  const { bytes, given } = fileWith(model, inputs, areConstants);
  const imported = await importOnnx(bytes);
  return imported.apply(imported.params, given.map(asTensor));
}

const dtypes: Readonly<Partial<Record<Type, DType>>> = { [Type.FLOAT]: 'float32', [Type.DOUBLE]: 'float32', [Type.FLOAT16]: 'float32', [Type.BOOL]: 'bool' };
const dtypeOf = (type: Type): DType => dtypes[type] ?? 'int32';

function asTensor(proto: TensorProto): Tensor {
  const dtype = dtypeOf(proto.dataType);
  const elements = elementsOf(proto);
  if (proto.dims.length === 0) return scalar(dtype === 'bool' ? elements[0] === 1 : elements[0]!, dtype);
  const typed = dtype === 'float32' ? Float32Array.from(elements) : dtype === 'bool' ? Uint8Array.from(elements) : Int32Array.from(elements);
  return tensor(typed, proto.dims.map(Number), dtype);
}

/** Computed with exact powers of two. */
function half(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const magnitude = exponent === 31 ? (fraction === 0 ? Infinity : NaN) : exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
  return bits & 0x8000 ? -magnitude : magnitude;
}

const readers: Readonly<Partial<Record<Type, readonly [bytes: number, read: (view: DataView, at: number) => number]>>> = {
  [Type.FLOAT]: [4, (view, at) => view.getFloat32(at, true)],
  [Type.FLOAT16]: [2, (view, at) => half(view.getUint16(at, true))],
  [Type.DOUBLE]: [8, (view, at) => view.getFloat64(at, true)],
  [Type.BOOL]: [1, (view, at) => view.getUint8(at)],
  [Type.INT8]: [1, (view, at) => view.getInt8(at)],
  [Type.UINT8]: [1, (view, at) => view.getUint8(at)],
  [Type.INT16]: [2, (view, at) => view.getInt16(at, true)],
  [Type.UINT16]: [2, (view, at) => view.getUint16(at, true)],
  [Type.INT32]: [4, (view, at) => view.getInt32(at, true)],
  [Type.UINT32]: [4, (view, at) => view.getUint32(at, true)],
  [Type.INT64]: [8, (view, at) => Number(view.getBigInt64(at, true))],
  [Type.UINT64]: [8, (view, at) => Number(view.getBigUint64(at, true))],
};

/** @throws {Error} for types that need another test */
export function elementsOf({ dataType, rawData, floatData, int32Data, int64Data, dims }: TensorProto): number[] {
  const reader = readers[dataType as Type];
  if (!reader) throw new Error(`no element of type ${Type[dataType]} has a form here`);
  if (rawData.length === 0) return [floatData, int32Data, int64Data].find((list) => list.length > 0)?.map(Number) ?? [];
  const [bytes, read] = reader;
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  return Array.from({ length: dims.reduce((size, dim) => size * Number(dim), 1) }, (_, i) => read(view, i * bytes));
}

/**
 * Why results differ from what is stored; nothing where they do not. Floats as ONNX's own runner compares them: |a - b| <= 1e-7 + 1e-3 |b|.
 *
 * @source https://github.com/onnx/onnx/blob/v1.12.0/onnx/backend/test/runner/__init__.py assert_similar_outputs
 */
export async function differenceOf(actual: Tensor, expected: TensorProto): Promise<string[]> {
  if (actual.shape.join() !== expected.dims.join()) return [`shape [${actual.shape}], not [${expected.dims}]`];
  if (actual.dtype !== dtypeOf(expected.dataType)) return [`dtype ${actual.dtype}, not ${dtypeOf(expected.dataType)}`];
  const wanted = elementsOf(expected);
  const found = await actual.data();
  const isFloat = actual.dtype === 'float32';
  const at = wanted.findIndex((value, i) => !Object.is(value, found[i]) && !(Math.abs(value - found[i]!) <= (isFloat ? 1e-7 + 1e-3 * Math.abs(value) : 0)) && value !== found[i]);
  return at < 0 ? [] : [`element ${at} is ${found[at]}, not ${wanted[at]}`];
}
