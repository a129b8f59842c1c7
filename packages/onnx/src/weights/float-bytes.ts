import { TensorProto_DataType as Type } from '../proto/onnx_pb.js';

const word = new DataView(new ArrayBuffer(4));

/** Rounds to the nearest whole number, and halfway to the even one. */
function roundEven(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
}

/** The nearest number of IEEE 754 binary16, as its bits. */
function halfBits(x: number): number {
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const size = Math.abs(x);
  if (Number.isNaN(x)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | roundEven(size * 2 ** 24);
  word.setFloat32(0, size);
  const exponent = (word.getUint32(0) >>> 23) - 127;
  // A fraction that is rounded up to 1024 carries into the exponent, as it should.
  return sign | (((exponent + 15) << 10) + roundEven((size / 2 ** exponent - 1) * 1024));
}

/** The nearest number with the upper half of the bits of binary32. */
function bfloatBits(x: number): number {
  if (Number.isNaN(x)) return 0x7fc0;
  word.setFloat32(0, x);
  return roundEven(word.getUint32(0) / 2 ** 16);
}

type Write = (view: DataView, at: number, value: number) => void;

const writers: ReadonlyMap<number, readonly [bytes: number, write: Write]> = new Map<number, readonly [number, Write]>([
  [Type.FLOAT, [4, (view, at, value) => view.setFloat32(at, value, true)]],
  [Type.DOUBLE, [8, (view, at, value) => view.setFloat64(at, value, true)]],
  [Type.FLOAT16, [2, (view, at, value) => view.setUint16(at, halfBits(value), true)]],
  [Type.BFLOAT16, [2, (view, at, value) => view.setUint16(at, bfloatBits(value), true)]],
]);

/** float32 numbers as the raw bytes of a tensor of one of ONNX's types of floats, rounded to the nearest where it is narrower. */
export function floatBytes(dataType: number, values: ArrayLike<number>): Uint8Array {
  const [bytes, write] = writers.get(dataType)!;
  const result = new Uint8Array(values.length * bytes);
  const view = new DataView(result.buffer);
  for (let i = 0; i < values.length; i++) write(view, i * bytes, values[i]!);
  return result;
}
