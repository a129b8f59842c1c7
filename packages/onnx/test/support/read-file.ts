// A reader of ONNX files that shares nothing with the package: what is written is checked against the numbers of the published schema.

/** The fields of a message by their numbers. */
type Message = ReadonlyMap<number, readonly (bigint | Uint8Array)[]>;

function messageOf(bytes: Uint8Array): Message {
  const fields = new Map<number, (bigint | Uint8Array)[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Uint8Array => bytes.subarray(at, (at += length));
  while (at < bytes.length) {
    const tag = Number(varint());
    const value = [varint, () => take(8), () => take(Number(varint())), null, null, () => take(4)][tag & 7]!();
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value]);
  }
  return fields;
}

const texts = (message: Message, field: number): string[] => (message.get(field) ?? []).map((value) => new TextDecoder().decode(value as Uint8Array));
const text = (message: Message, field: number): string => texts(message, field)[0] ?? '';
const number = (message: Message, field: number): number => Number(message.get(field)?.[0] ?? 0n);
const messages = (message: Message, field: number): Message[] => (message.get(field) ?? []).map((value) => messageOf(value as Uint8Array));

export interface FileNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

interface FileValue {
  readonly name: string;
  /** 1 is float, 6 int32, 9 bool. */
  readonly elementType: number;
  readonly dims: readonly (number | string)[];
}

export interface OnnxFile {
  readonly irVersion: number;
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  readonly name: string;
  readonly nodes: readonly FileNode[];
  readonly initializers: readonly { readonly name: string; readonly dims: readonly number[] }[];
  readonly inputs: readonly FileValue[];
  readonly outputs: readonly FileValue[];
}

/** The numbers of a packed or repeated field. */
function numbers(message: Message, field: number): number[] {
  return (message.get(field) ?? []).flatMap((value) => {
    if (typeof value === 'bigint') return [Number(value)];
    const packed: number[] = [];
    let size = 0;
    let shift = 1;
    for (const byte of value) {
      size += (byte & 0x7f) * shift;
      shift *= 128;
      if (byte < 0x80) {
        packed.push(size);
        [size, shift] = [0, 1];
      }
    }
    return packed;
  });
}

function valueOf(message: Message): FileValue {
  const [type] = messages(messages(message, 2)[0]!, 1);
  const dims = messages(messages(type!, 2)[0] ?? new Map(), 1).map((dim) => (dim.has(2) ? text(dim, 2) : number(dim, 1)));
  return { name: text(message, 1), elementType: number(type!, 1), dims };
}

/** @source https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
export function readFile(bytes: Uint8Array): OnnxFile {
  const model = messageOf(bytes);
  const graph = messages(model, 7)[0]!;
  return {
    irVersion: number(model, 1),
    opsets: messages(model, 8).map((opset) => ({ domain: text(opset, 1), version: number(opset, 2) })),
    name: text(graph, 2),
    nodes: messages(graph, 1).map((node) => ({ name: text(node, 3), op: text(node, 4), inputs: texts(node, 1), outputs: texts(node, 2) })),
    initializers: messages(graph, 5).map((tensor) => ({ name: text(tensor, 8), dims: numbers(tensor, 1) })),
    inputs: messages(graph, 11).map(valueOf),
    outputs: messages(graph, 12).map(valueOf),
  };
}
