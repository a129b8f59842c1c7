import { bytesPerElement, sizeOf, type DType, type Step } from '@unfoldjs/core';
import { loadLanes, storeLanes, strideBytes } from '../elementwise/lanes.js';
import type { FunctionBuilder, Local } from '../emit/function-builder.js';
import type { FunctionSpec } from '../emit/module-builder.js';
import type { PlainInstruction } from '../emit/instructions.js';
import { operand, output, scratch, type Call, type Kernel, type Lowered, type Place } from '../plan/lowered.js';
import type { Settings } from '../settings.js';
import { fill } from './fill.js';

interface Reduction {
  readonly combine: PlainInstruction;
  /** What changes nothing. */
  readonly start: number;
}

const reductions: Readonly<Record<string, { readonly [K in DType]?: Reduction }>> = {
  reduceSum: { float32: { combine: 'f32x4.add', start: 0 }, int32: { combine: 'i32x4.add', start: 0 } },
  reduceMax: { float32: { combine: 'f32x4.max', start: -Infinity }, int32: { combine: 'i32x4.max_s', start: -(2 ** 31) }, bool: { combine: 'v128.or', start: 0 } },
  reduceProd: { float32: { combine: 'f32x4.mul', start: 1 }, int32: { combine: 'i32x4.mul', start: 1 } },
};

/** Elements that make a unit of work. */
const unitElements = 4096;

interface Shape {
  readonly outer: number;
  readonly depth: number;
  readonly inner: number;
}

/** The stretches of reduced axes that lie side by side, from the last one on, each in the tensor that those behind it leave. */
function stretches({ attrs, inputs: [x] }: Step): Shape[] {
  const axes = x!.type.shape.map((size, axis) => ({ size, isReduced: (attrs.axes as readonly number[]).includes(axis) })).filter(({ size }) => size !== 1);
  const found: Shape[] = [];
  let [outer, depth, inner] = [sizeOf(x!.type.shape), 1, 1];
  axes.reverse().forEach(({ size, isReduced }, i) => {
    outer /= size;
    if (!isReduced) inner *= size;
    else depth *= size;
    if (!isReduced || axes[i + 1]?.isReduced) return;
    found.push({ outer, depth, inner });
    depth = 1;
  });
  return found.length > 0 ? found : [{ outer: 1, depth: 1, inner }];
}

/** Reductions, one stretch of axes after the other. */
export function reduce(step: Step, { threads }: Settings): Lowered | null {
  const { dtype, shape } = step.type;
  const name = step.op.name;
  const reduction = reductions[name]?.[dtype];
  if (!reduction) return null;
  if (sizeOf(step.inputs[0]!.type.shape) === 0) {
    return { kernel: 'fill', reason: 'what a reduction of nothing gives', calls: [{ ...fill(dtype, sizeOf(shape), reduction.start), places: [output()] }], scratchBytes: 0, kept: [] };
  }
  const all = stretches(step);
  const calls: Call[] = [];
  let from: Place = operand(0);
  let scratchBytes = 0;
  all.forEach((stretch, at) => {
    const to = at === all.length - 1 ? output() : scratch(scratchBytes);
    if (to.at === 'scratch') scratchBytes += 64 * Math.ceil((stretch.outer * stretch.inner * bytesPerElement[dtype]) / 64);
    const kernel = stretch.inner === 1 ? alongRows(name, dtype, stretch, reduction) : acrossRows(name, dtype, stretch, reduction, threads);
    calls.push({ ...kernel, places: [from, to] });
    from = to;
  });
  const isAlong = all[0]!.inner === 1;
  return {
    kernel: `${isAlong ? 'rows to numbers, f32x4' : 'rows onto one, f32x4'}${all.length > 1 ? `, ${all.length} times` : ''}`,
    reason: isAlong ? 'the last axis is reduced' : 'an axis behind is kept: four of its elements at a time',
    calls,
    scratchBytes,
    kept: [],
  };
}

function writeStart(code: FunctionBuilder, dtype: DType, start: number, target: Local): void {
  if (dtype === 'float32') code.floats(start);
  else code.integers(start);
  code.set(target);
}

/** `[outer, depth] -> [outer]`: four sums, side by side, then their own sum. */
function alongRows(name: string, dtype: DType, { outer, depth }: Shape, { combine, start }: Reduction): Kernel {
  const rows = Math.min(outer, Math.max(1, Math.floor(unitElements / depth)));
  const bytes = bytesPerElement[dtype];
  const run: FunctionSpec = {
    key: `${name} ${dtype} along ${outer} ${depth}`,
    params: 4,
    write(code) {
      const [x, y, from, to] = code.params as [Local, Local, Local, Local];
      const end = code.local('i32');
      const [sum, second, rest] = code.locals('v128', 3) as [Local, Local, Local];
      code.get(from).i32(rows).op('i32.mul').set(from).get(to).i32(rows).op('i32.mul').set(end);
      code.when(() => code.get(end).i32(outer).op('i32.gt_s'), () => code.i32(outer).set(end));
      code.get(x).get(from).i32(bytes * depth).op('i32.mul').op('i32.add').set(x).get(y).get(from).i32(bytes).op('i32.mul').op('i32.add').set(y);
      const add = (target: Local, vector: number): void => void code.get(target).get(loadLanes(code, x, dtype, 1, 4, 4 * bytes * vector).local).op(combine).set(target);
      code.loop(() => code.get(from).get(end).op('i32.lt_s'), () => {
        writeStart(code, dtype, start, sum);
        writeStart(code, dtype, start, second);
        const vectors = Math.floor(depth / 4);
        code.times(Math.floor(vectors / 2), () => {
          add(sum, 0);
          add(second, 1);
          code.advance(x, 8 * bytes);
        });
        if (vectors % 2 === 1) {
          add(sum, 0);
          code.advance(x, 4 * bytes);
        }
        code.get(sum).get(second).op(combine).set(sum);
        writeStart(code, dtype, start, rest);
        for (let lane = 0; lane < depth % 4; lane++) {
          // A bool may be in all lanes as well as in one.
          if (dtype === 'bool') code.get(loadLanes(code, x, dtype, 0, 4, lane).local).get(rest).op(combine).set(rest);
          else code.get(x).get(rest).laneMemory('v128.load32_lane', lane, 4 * lane).set(rest);
        }
        code.get(sum).get(rest).op(combine).set(sum);
        code.get(sum).get(sum).get(sum).shuffle(2, 3, 2, 3).op(combine).set(sum);
        code.get(sum).get(sum).get(sum).shuffle(1, 1, 1, 1).op(combine).set(sum);
        storeLanes(code, y, { local: sum, dtype }, 1, 1);
        code.advance(x, bytes * (depth % 4)).advance(y, bytes).advance(from, 1);
      });
    },
  };
  return { run, units: Math.ceil(outer / rows), work: outer * depth };
}

/** `[outer, depth, inner] -> [outer, inner]`: up to sixteen elements of the inner axis are one unit, fewer where threads wait for one. */
function acrossRows(name: string, dtype: DType, { outer, depth, inner }: Shape, { combine, start }: Reduction, threads: number): Kernel {
  const width = Math.min(16, 4 * Math.ceil((outer * inner) / (4 * threads)));
  const inRow = Math.ceil(inner / width);
  const run: FunctionSpec = {
    key: `${name} ${dtype} across ${outer} ${depth} ${inner} by ${width}`,
    params: 4,
    write(code) {
      const [x, y, from, to] = code.params as [Local, Local, Local, Local];
      const [row, column, source, target] = code.locals('i32', 4) as [Local, Local, Local, Local];
      const sums = code.locals('v128', width / 4);
      const stretch = (count: number): void => {
        const used = sums.slice(0, Math.ceil(count / 4));
        for (const sum of used) writeStart(code, dtype, start, sum);
        code.times(depth, () => {
          used.forEach((sum, i) => code.get(sum).get(loadLanes(code, source, dtype, 1, 4, strideBytes(dtype, 4 * i)).local).op(combine).set(sum));
          code.advance(source, strideBytes(dtype, inner));
        });
        used.forEach((sum, i) => storeLanes(code, target, { local: sum, dtype }, 1, Math.min(4, count - 4 * i), strideBytes(dtype, 4 * i)));
      };
      code.loop(() => code.get(from).get(to).op('i32.lt_s'), () => {
        code.get(from).i32(inRow).op('i32.div_u').set(row);
        code.get(from).get(row).i32(inRow).op('i32.mul').op('i32.sub').set(column);
        const address = (base: Local, rowElements: number, to: Local): void => {
          code.get(row).i32(rowElements).op('i32.mul').get(column).i32(width).op('i32.mul').op('i32.add');
          code.i32(bytesPerElement[dtype]).op('i32.mul').get(base).op('i32.add').set(to);
        };
        address(x, depth * inner, source);
        address(y, inner, target);
        if (inner % width === 0) stretch(width);
        else if (inRow === 1) stretch(inner);
        else code.when(() => code.get(column).i32(inRow - 1).op('i32.lt_s'), () => stretch(width), () => stretch(inner % width));
        code.advance(from, 1);
      });
    },
  };
  return { run, units: outer * inRow, work: outer * depth * inner };
}
