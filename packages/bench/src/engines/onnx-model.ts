import proto, { type onnx } from 'onnx-proto';
import { forward, type Dialect } from '../workloads/dialect.js';
import { channelsFirstParams, toChannelsFirst } from '../workloads/layout.js';
import { outputShape, type Network, type Params } from '../workloads/network.js';

const { AttributeProto, ModelProto, TensorProto } = proto.onnx;
const { AttributeType } = AttributeProto;
const float32 = TensorProto.DataType.FLOAT;

const ints = (name: string, values: readonly number[]): onnx.IAttributeProto => ({ name, type: AttributeType.INTS, ints: [...values] });
const int = (name: string, value: number): onnx.IAttributeProto => ({ name, type: AttributeType.INT, i: value });
const text = (name: string, value: string): onnx.IAttributeProto => ({ name, type: AttributeType.STRING, s: new TextEncoder().encode(value) });

const valueOf = (name: string, shape: readonly number[]): onnx.IValueInfoProto => ({ name, type: { tensorType: { elemType: float32, shape: { dim: shape.map((dimValue) => ({ dimValue })) } } } });

const initializer = (name: string, data: Float32Array, dims: readonly number[]): onnx.ITensorProto => ({ name, dims: [...dims], dataType: float32, rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) });

/** ONNX of IR version 8 with operators of version 13, which every onnxruntime since 1.10 runs. */
const encode = (graph: onnx.IGraphProto): Uint8Array =>
  ModelProto.encode(ModelProto.create({ irVersion: 8, producerName: 'unfold-bench', opsetImport: [{ domain: '', version: 13 }], graph })).finish();

/** Nodes and constants as they come up; a tensor is its name. */
class GraphWriter implements Dialect<string> {
  readonly nodes: onnx.INodeProto[] = [];
  readonly initializers: onnx.ITensorProto[] = [];

  constant(data: Float32Array, dims: readonly number[]): string {
    const name = `c${this.initializers.length}`;
    this.initializers.push(initializer(name, data, dims));
    return name;
  }

  node(opType: string, input: readonly string[], attribute: readonly onnx.IAttributeProto[] = []): string {
    const name = `v${this.nodes.length}`;
    this.nodes.push({ name, opType, input: [...input], output: [name], attribute: [...attribute] });
    return name;
  }

  readonly #relu = (x: string, on: boolean): string => (on ? this.node('Relu', [x]) : x);

  readonly conv: Dialect<string>['conv'] = (x, { filters, stride, dilation, depthwise, relu }, kernel, bias) => {
    // onnxruntime knows SAME only without dilation.
    const padding = dilation > 1 ? ints('pads', samePads(filters, dilation)) : text('auto_pad', 'SAME_UPPER');
    const attributes = [padding, ints('strides', [stride, stride]), ints('dilations', [dilation, dilation]), int('group', depthwise ? filters[2] : 1)];
    return this.#relu(this.node('Conv', bias === null ? [x, kernel] : [x, kernel, bias], attributes), relu);
  };

  readonly dense: Dialect<string>['dense'] = (x, { relu }, kernel, bias) => this.#relu(this.node('Gemm', bias === null ? [x, kernel] : [x, kernel, bias]), relu);
  readonly maxPool = (x: string): string => this.node('MaxPool', [x], [ints('kernel_shape', [2, 2]), ints('strides', [2, 2])]);
  readonly flatten = (x: string): string => this.node('Flatten', [x]);
  readonly softmax = (x: string): string => this.node('Softmax', [x]);
  readonly tanh = (x: string): string => this.node('Tanh', [x]);
  readonly shift = (x: string, by: number): string => this.node('Add', [x, this.constant(Float32Array.of(by), [])]);
}

/** A network as the bytes of an ONNX model: input `x` and output `y` with channels first, parameters as initializers. */
export function networkModel(network: Network, params: readonly Params[]): Uint8Array {
  const writer = new GraphWriter();
  const names = channelsFirstParams(network, params).map(({ kernel, kernelShape, bias }) => ({ kernel: writer.constant(kernel, kernelShape), bias: bias && writer.constant(bias, [bias.length]) }));
  const last = forward(writer, network, 'x', names);
  writer.nodes.push({ name: 'output', opType: 'Identity', input: [last], output: ['y'] });
  return encode({
    name: network.id,
    node: writer.nodes,
    initializer: writer.initializers,
    input: [valueOf('x', toChannelsFirst(network.input))],
    output: [valueOf('y', toChannelsFirst(outputShape(network)))],
  });
}

/** `a` times `b`, both inputs. */
export const matmulModel = (size: number): Uint8Array =>
  encode({
    name: 'matmul',
    node: [{ opType: 'MatMul', input: ['a', 'b'], output: ['y'] }],
    input: [valueOf('a', [size, size]), valueOf('b', [size, size])],
    output: [valueOf('y', [size, size])],
  });

/** Rows and columns of zeros before the image, then behind it, that keep its size under a stride of 1; the odd one goes behind. */
function samePads([height, width]: readonly number[], dilation: number): number[] {
  const around = [(height! - 1) * dilation, (width! - 1) * dilation];
  const before = around.map((total) => Math.floor(total / 2));
  return [...before, ...around.map((total, axis) => total - before[axis]!)];
}
