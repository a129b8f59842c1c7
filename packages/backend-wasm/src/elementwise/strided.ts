import type { DType } from '@unfoldjs/core';
import type { FunctionBuilder, Local } from '../emit/function-builder.js';
import type { Kernel } from '../plan/lowered.js';
import { writeBody, type Body } from './body.js';
import { loadLanes, storeLanes, strideBytes } from './lanes.js';

/** Elements of an array as a loop nest visits them: how far apart they are along each axis of the nest. */
export interface Strided {
  readonly dtype: DType;
  readonly strides: readonly number[];
}

export interface StridedSpec {
  readonly shape: readonly number[];
  readonly inputs: readonly Strided[];
  readonly output: Strided;
  /** Empty: a copy of the first input. */
  readonly body: Body;
}

/** Elements in one unit of work where there is a single axis: a whole number of vectors. */
const unitElements = 2048;

/**
 * A loop nest over `shape` that computes `body` elementwise, four elements at a time along the last axis: elementwise ops with
 * broadcasting, transposes, slices, copies into a part of something. Parameters: the inputs, the output, `from`, `to`.
 */
export function strided(spec: StridedSpec): Kernel {
  const { shape, inputs, output, body } = merged(spec);
  const isLine = shape.length === 1;
  const units = isLine ? Math.ceil(shape[0]! / unitElements) : shape[0]!;
  const key = `strided ${JSON.stringify({ shape, inputs, output, body })}`;
  return { run: { key, params: inputs.length + 3, write: (code) => (isLine ? writeLine : writeNest)(code, { shape, inputs, output, body }) }, units, work: shape.reduce((product, size) => product * size, 1) * (2 + body.length) };
}

/** The same nest with as few axes as possible: none of size 1, none that continues the one before it in every array. At least one. */
function merged({ shape, inputs, output, body }: StridedSpec): StridedSpec {
  const arrays = [...inputs, output];
  const axes: { size: number; strides: number[] }[] = [];
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const strides = arrays.map((array) => array.strides[axis]!);
    const last = axes.at(-1);
    if (last && last.strides.every((stride, i) => stride === strides[i]! * size)) {
      last.size *= size;
      last.strides = strides;
    } else {
      axes.push({ size, strides });
    }
  });
  if (axes.length === 0) axes.push({ size: 1, strides: arrays.map(() => 1) });
  const of = (array: Strided, i: number): Strided => ({ dtype: array.dtype, strides: axes.map(({ strides }) => strides[i]!) });
  return { shape: axes.map(({ size }) => size), inputs: inputs.map(of), output: of(output, inputs.length), body };
}

/** Four elements, or the last `count`: load, compute, store. */
function writeElements(code: FunctionBuilder, { inputs, output, body }: StridedSpec, pointers: readonly Local[], count: number): void {
  const stride = ({ strides }: Strided): number => strides.at(-1)!;
  const loaded = inputs.map((input, i) => loadLanes(code, pointers[i]!, input.dtype, stride(input), count));
  storeLanes(code, pointers[inputs.length]!, writeBody(code, body, loaded), stride(output), count);
}

/** Elements of the last axis; the pointers of whole vectors move on, and it says by how much. */
function writeRow(code: FunctionBuilder, spec: StridedSpec, pointers: readonly Local[], size: number): number {
  const arrays = [...spec.inputs, spec.output];
  const vectors = Math.floor(size / 4);
  code.times(vectors, () => {
    writeElements(code, spec, pointers, 4);
    arrays.forEach(({ dtype, strides }, i) => strides.at(-1) !== 0 && code.advance(pointers[i]!, strideBytes(dtype, 4 * strides.at(-1)!)));
  });
  if (size % 4 > 0) writeElements(code, spec, pointers, size % 4);
  return 4 * vectors;
}

function writeNest(code: FunctionBuilder, spec: StridedSpec): void {
  const arrays = [...spec.inputs, spec.output];
  const pointers = code.params.slice(0, arrays.length);
  const [from, to] = code.params.slice(arrays.length) as [Local, Local];
  arrays.forEach(({ dtype, strides }, i) => {
    code.get(from).i32(strideBytes(dtype, strides[0]!)).op('i32.mul').get(pointers[i]!).op('i32.add').set(pointers[i]!);
  });
  /** One index of `axis`: everything within, then the pointers to the next index. */
  const step = (axis: number): void => {
    const inner = axis + 1;
    const isRow = inner === spec.shape.length - 1;
    let moved = 0;
    if (isRow) moved = writeRow(code, spec, pointers, spec.shape[inner]!);
    else code.times(spec.shape[inner]!, () => step(inner));
    arrays.forEach(({ dtype, strides }, i) => {
      const within = strides[inner]! * (isRow ? moved : spec.shape[inner]!);
      if (strides[axis]! !== within) code.advance(pointers[i]!, strideBytes(dtype, strides[axis]! - within));
    });
  };
  code.loop(() => code.get(from).get(to).op('i32.lt_s'), () => {
    step(0);
    code.advance(from, 1);
  });
}

function writeLine(code: FunctionBuilder, spec: StridedSpec): void {
  const arrays = [...spec.inputs, spec.output];
  const size = spec.shape[0]!;
  const whole = size - (size % 4);
  const pointers = code.params.slice(0, arrays.length);
  const [from, to] = code.params.slice(arrays.length) as [Local, Local];
  code.get(from).i32(unitElements).op('i32.mul').set(from).get(to).i32(unitElements).op('i32.mul').set(to);
  arrays.forEach(({ dtype, strides }, i) => {
    code.get(from).i32(strideBytes(dtype, strides[0]!)).op('i32.mul').get(pointers[i]!).op('i32.add').set(pointers[i]!);
  });
  const advance = (elements: number): void => arrays.forEach(({ dtype, strides }, i) => void (strides[0] !== 0 && code.advance(pointers[i]!, strideBytes(dtype, elements * strides[0]!))));
  const end = code.local('i32');
  code.i32(whole).set(end);
  code.when(() => code.get(to).i32(whole).op('i32.lt_s'), () => code.get(to).set(end));
  code.loop(() => code.get(from).get(end).op('i32.lt_s'), () => {
    writeElements(code, spec, pointers, 4);
    advance(4);
    code.advance(from, 4);
  });
  if (size % 4 > 0) code.when(() => code.get(to).i32(size).op('i32.ge_s'), () => writeElements(code, spec, pointers, size % 4));
}
