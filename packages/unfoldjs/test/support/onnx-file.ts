import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Messages of ONNX, field by field: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
type Field = readonly [number: number, value: string | number | Uint8Array];

const message = (...fields: readonly Field[]): Uint8Array => {
  const writer = new BinaryWriter();
  for (const [number, value] of fields) {
    if (typeof value === 'number') writer.tag(number, WireType.Varint).int64(value);
    else if (typeof value === 'string') writer.tag(number, WireType.LengthDelimited).string(value);
    else writer.tag(number, WireType.LengthDelimited).bytes(value);
  }
  return writer.finish();
};

const each = <T>(number: number, values: readonly T[], make: (value: T) => Field[1]): Field[] => values.map((value) => [number, make(value)]);

export const floatType = 1;
export const uint8Type = 2;
export const int64Type = 7;
export const halfType = 10;

export interface Info {
  readonly name: string;
  readonly shape: readonly (number | string)[];
  readonly type?: number;
}

export interface Weights {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type?: number;
  readonly raw?: Uint8Array;
  /** For a tensor that keeps its bytes in another file. */
  readonly location?: string;
}

export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly name?: string;
  readonly domain?: string;
  readonly ints?: Readonly<Record<string, readonly number[]>>;
  readonly tensor?: Weights;
}

export interface FileContent {
  readonly nodes: readonly Node[];
  readonly inputs: readonly Info[];
  readonly outputs: readonly Info[];
  readonly weights?: readonly Weights[];
  readonly opset?: number;
  readonly domains?: readonly string[];
}

const infoOf = ({ name, shape, type = floatType }: Info): Uint8Array =>
  message([1, name], [2, message([1, message([1, type], [2, message(...each(1, shape, (dim) => (typeof dim === 'number' ? message([1, dim]) : message([2, dim]))))])])]);

const tensorOf = ({ name, shape, type = floatType, raw, location }: Weights): Uint8Array =>
  message(...each(1, shape, (dim) => dim), [2, type], [8, name], ...(raw ? [[9, raw] as const] : []), ...(location ? [[13, message([1, 'location'], [2, location])] as const, [14, 1] as const] : []));

const nodeOf = ({ op, inputs, outputs, name = '', domain = '', ints = {}, tensor }: Node): Uint8Array =>
  message(
    ...each(1, inputs, (input) => input),
    ...each(2, outputs, (output) => output),
    [3, name],
    [4, op],
    ...each(5, Object.entries(ints), ([attribute, values]) => message([1, attribute], ...each(8, values, (value) => value), [20, 7])),
    ...(tensor ? [[5, message([1, 'value'], [5, tensorOf(tensor)], [20, 4])] as const] : []),
    [7, domain],
  );

/** The bytes of an ONNX file. */
export function onnxFile({ nodes, inputs, outputs, weights = [], opset = 17, domains = [] }: FileContent): Uint8Array {
  const graph = message(...each(1, nodes, nodeOf), [2, 'test'], ...each(5, weights, tensorOf), ...each(11, inputs, infoOf), ...each(12, outputs, infoOf));
  return message([1, 8], [2, 'tests'], [7, graph], [8, message([2, opset])], ...each(8, domains, (domain) => message([1, domain], [2, 1])), [14, message([1, 'kept'], [2, 'as it is'])]);
}

export const floats = (...values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
