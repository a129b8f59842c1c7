import { toBinary } from '@bufbuild/protobuf';
import { unfoldError, Tensor, type UnfoldError } from '@unfoldjs/core';
import type { ImportOptions, OnnxParams } from '../import-onnx.js';
import { graphOf } from '../model/graph.js';
import { transposed, type HostArray } from '../model/host-array.js';
import { readModel } from '../model/read-model.js';
import type { ReadExternal } from '../model/tensor-proto.js';
import { ModelProtoSchema, TensorProto_DataLocation as Location, type ModelProto, type TensorProto } from '../proto/onnx_pb.js';
import { readSource, type OnnxSource } from '../read-source.js';
import { constantsOf } from '../run/params.js';
import { assertSupported } from '../run/support.js';
import type { Value } from '../run/value.js';
import { floatBytes } from './float-bytes.js';

/**
 * The same ONNX file with other weights: what training made of them, or what a file of them holds. Everything else stays as it is, bit for
 * bit: the graph, names, attributes, metadata. Weights that are not changed keep their bytes; those that lay in other files come into this one.
 *
 * @param source - as `importOnnx` takes it.
 * @param params - tensors by the names of `model.params`, in its shapes (filters `[KH, KW, I, O]`). Half floats are rounded to the nearest.
 * @returns the bytes of the new file.
 * @throws {UnfoldError} as `importOnnx`; INVALID_ARGUMENT for parameters that are missing or that the model does not have; SHAPE_MISMATCH;
 * DTYPE_MISMATCH for something else than float32.
 * @example
 * import { readFile, writeFile } from 'node:fs/promises';
 * import { importOnnx, withWeights } from '@unfoldjs/onnx';
 * const half = async (file: string) => {
 *   const { params } = await importOnnx(file);
 *   const halved = Object.fromEntries(Object.entries(params).map(([name, tensor]) => [name, tensor.mul(0.5)]));
 *   await writeFile('half.onnx', await withWeights(file, halved));
 * };
 */
export async function withWeights(source: OnnxSource, params: OnnxParams, options: Pick<ImportOptions, 'readExternal'> = {}): Promise<Uint8Array> {
  const { bytes, readExternal } = await readSource(source, options.readExternal);
  const proto = readModel(bytes, true);
  const external = await readExternal(proto);
  const graph = graphOf(proto, external);
  assertSupported(graph);
  const constants = constantsOf(graph);
  assertNames([...constants.params.keys()], params);
  let changed = bringInside(proto, external);
  for (const name of constants.params.keys()) {
    const own = constants.values.get(name)!;
    const data = inFileOrder(own, await dataOf(name, own, params[name]!));
    if (sameFloats(data, own.host!.data)) continue;
    replace(proto, name, data);
    changed = true;
  }
  return changed ? toBinary(ModelProtoSchema, proto) : bytes;
}

const refuse = (code: 'INVALID_ARGUMENT' | 'SHAPE_MISMATCH' | 'DTYPE_MISMATCH', problem: string, fix: string): UnfoldError => unfoldError({ code, op: 'withWeights', argument: 'params', problem, fix });

const quoted = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

function assertNames(wanted: readonly string[], params: OnnxParams): void {
  if (params === null || typeof params !== 'object') throw refuse('INVALID_ARGUMENT', 'it is no tree of tensors.', 'pass `model.params`, or a tree with the same names.');
  const missing = wanted.filter((name) => !Object.hasOwn(params, name));
  const extra = Object.keys(params).filter((name) => !wanted.includes(name));
  if (missing.length > 0) throw refuse('INVALID_ARGUMENT', `${quoted(missing)} ${missing.length > 1 ? 'are' : 'is'} missing.`, 'pass all of `model.params`, changed or not.');
  if (extra.length > 0) throw refuse('INVALID_ARGUMENT', `the model has no parameter ${quoted(extra)}.`, `leave out what is not of this model: ${quoted(wanted)}.`);
}

async function dataOf(name: string, own: Value, tensor: Tensor): Promise<HostArray> {
  if (!(tensor instanceof Tensor)) throw refuse('INVALID_ARGUMENT', `\`${name}\` is no tensor.`, 'pass a tensor for each parameter.');
  const { shape } = own.tensor;
  if (tensor.dtype !== 'float32') throw refuse('DTYPE_MISMATCH', `\`${name}\` is ${tensor.dtype}.`, "cast it first: `tensor.cast('float32')`.");
  if (tensor.shape.join() !== shape.join()) throw refuse('SHAPE_MISMATCH', `\`${name}\` is [${tensor.shape.join(', ')}], and the model has [${shape.join(', ')}].`, 'pass tensors of the shapes of `model.params`.');
  return { shape, dtype: 'float32', data: await tensor.data() };
}

const inFileOrder = ({ perm }: Value, array: HostArray): ArrayLike<number> => (perm ? transposed(array, perm.map((_, axis) => perm.indexOf(axis))) : array).data;

function sameFloats(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

/** Weights that lie in other files: the new file may lie elsewhere. True where there are any. */
function bringInside(proto: ModelProto, external: ReadExternal): boolean {
  const outside = proto.graph!.initializer.filter(({ dataLocation }) => dataLocation === Location.EXTERNAL);
  for (const tensor of outside) {
    const entry = (key: string): string | undefined => tensor.externalData.find((each) => each.key === key)?.value;
    const length = entry('length');
    tensor.rawData = external({ name: tensor.name, location: entry('location')!, offset: Number(entry('offset') ?? 0), length: length === undefined ? null : Number(length) });
    tensor.externalData = [];
    tensor.dataLocation = Location.DEFAULT;
  }
  return outside.length > 0;
}

function replace({ graph }: ModelProto, name: string, data: ArrayLike<number>): void {
  const initializer = graph!.initializer.find((tensor) => tensor.name === name);
  if (initializer) return fill(initializer, data);
  const node = graph!.node.find(({ opType, output }) => opType === 'Constant' && output[0] === name)!;
  const tensor = node.attribute.find((attribute) => attribute.name === 'value')?.t;
  if (tensor) return fill(tensor, data);
  node.attribute.find((attribute) => attribute.name === 'value_floats')!.floats = Array.from(data);
}

function fill(tensor: TensorProto, data: ArrayLike<number>): void {
  tensor.rawData = floatBytes(tensor.dataType, data);
  tensor.floatData = [];
  tensor.doubleData = [];
  tensor.int32Data = [];
}
