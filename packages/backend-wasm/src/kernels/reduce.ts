import { sizeOf, type DType, type Step } from '@unfoldjs/core';
import { storeLanes } from '../elementwise/lanes.js';
import type { FunctionBuilder, Local } from '../emit/function-builder.js';
import type { FunctionSpec } from '../emit/module-builder.js';
import type { PlainInstruction } from '../emit/instructions.js';
import { operand, output, type Kernel, type Lowered } from '../plan/lowered.js';
import type { Settings } from '../settings.js';

interface Reduction {
  readonly combine: PlainInstruction;
  /** What changes nothing. */
  readonly start: number;
}

const reductions: Readonly<Record<string, { readonly [K in DType]?: Reduction }>> = {
  reduceSum: { float32: { combine: 'f32x4.add', start: 0 }, int32: { combine: 'i32x4.add', start: 0 } },
  reduceMax: { float32: { combine: 'f32x4.max', start: -Infinity }, int32: { combine: 'i32x4.max_s', start: -(2 ** 31) } },
  reduceProd: { float32: { combine: 'f32x4.mul', start: 1 }, int32: { combine: 'i32x4.mul', start: 1 } },
};

/** Elements that make a unit of work. */
const unitElements = 4096;

/** Sizes of the axes, those side by side merged that are all reduced or all kept. */
function blocks({ attrs, inputs: [x] }: Step): { size: number; isReduced: boolean }[] {
  const axes = attrs.axes as readonly number[];
  const merged: { size: number; isReduced: boolean }[] = [];
  x!.type.shape.forEach((size, axis) => {
    if (size === 1) return;
    const isReduced = axes.includes(axis);
    const last = merged.at(-1);
    if (last?.isReduced === isReduced) last.size *= size;
    else merged.push({ size, isReduced });
  });
  return merged;
}

/** Reductions over one stretch of axes. */
export function reduce(step: Step, { threads }: Settings): Lowered | null {
  const reduction = reductions[step.op.name]?.[step.type.dtype];
  if (!reduction || sizeOf(step.inputs[0]!.type.shape) === 0) return null;
  const axes = blocks(step);
  if (axes.filter(({ isReduced }) => isReduced).length !== 1) return null;
  const at = axes.findIndex(({ isReduced }) => isReduced);
  const outer = at > 0 ? axes[0]!.size : 1;
  const inner = axes[at + 1]?.size ?? 1;
  const shape = { outer, depth: axes[at]!.size, inner };
  const kernel = inner === 1 ? alongRows(step.op.name, step.type.dtype, shape, reduction) : acrossRows(step.op.name, step.type.dtype, shape, reduction, threads);
  return {
    kernel: inner === 1 ? 'rows to numbers, f32x4' : 'rows onto one, f32x4',
    reason: inner === 1 ? 'the last axis is reduced' : 'an axis behind is kept: four of its elements at a time',
    calls: [{ ...kernel, places: [operand(0), output()] }],
    scratchBytes: 0,
    kept: [],
  };
}

interface Shape {
  readonly outer: number;
  readonly depth: number;
  readonly inner: number;
}

function writeStart(code: FunctionBuilder, dtype: DType, start: number, target: Local): void {
  if (dtype === 'float32') code.floats(start);
  else code.integers(start);
  code.set(target);
}

/** `[outer, depth] -> [outer]`: four sums, side by side, then their own sum. */
function alongRows(name: string, dtype: DType, { outer, depth }: Shape, { combine, start }: Reduction): Kernel {
  const rows = Math.min(outer, Math.max(1, Math.floor(unitElements / depth)));
  const run: FunctionSpec = {
    key: `${name} ${dtype} along ${outer} ${depth}`,
    params: 4,
    write(code) {
      const [x, y, from, to] = code.params as [Local, Local, Local, Local];
      const end = code.local('i32');
      const [sum, second, rest] = code.locals('v128', 3) as [Local, Local, Local];
      code.get(from).i32(rows).op('i32.mul').set(from).get(to).i32(rows).op('i32.mul').set(end);
      code.when(() => code.get(end).i32(outer).op('i32.gt_s'), () => code.i32(outer).set(end));
      code.get(x).get(from).i32(4 * depth).op('i32.mul').op('i32.add').set(x).get(y).get(from).i32(4).op('i32.mul').op('i32.add').set(y);
      const add = (target: Local, offset: number): void => void code.get(target).get(x).memory('v128.load', offset).op(combine).set(target);
      code.loop(() => code.get(from).get(end).op('i32.lt_s'), () => {
        writeStart(code, dtype, start, sum);
        writeStart(code, dtype, start, second);
        const vectors = Math.floor(depth / 4);
        code.times(Math.floor(vectors / 2), () => {
          add(sum, 0);
          add(second, 16);
          code.advance(x, 32);
        });
        if (vectors % 2 === 1) {
          add(sum, 0);
          code.advance(x, 16);
        }
        code.get(sum).get(second).op(combine).set(sum);
        writeStart(code, dtype, start, rest);
        for (let lane = 0; lane < depth % 4; lane++) code.get(x).get(rest).laneMemory('v128.load32_lane', lane, 4 * lane).set(rest);
        code.get(sum).get(rest).op(combine).set(sum);
        code.get(sum).get(sum).get(sum).shuffle(2, 3, 2, 3).op(combine).set(sum);
        code.get(sum).get(sum).get(sum).shuffle(1, 1, 1, 1).op(combine).set(sum);
        storeLanes(code, y, { local: sum, dtype }, 1, 1);
        code.advance(x, 4 * (depth % 4)).advance(y, 4).advance(from, 1);
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
          used.forEach((sum, i) => code.get(sum).get(source).memory('v128.load', 16 * i).op(combine).set(sum));
          code.advance(source, 4 * inner);
        });
        used.forEach((sum, i) => storeLanes(code, target, { local: sum, dtype }, 1, Math.min(4, count - 4 * i), 16 * i));
      };
      code.loop(() => code.get(from).get(to).op('i32.lt_s'), () => {
        code.get(from).i32(inRow).op('i32.div_u').set(row);
        code.get(from).get(row).i32(inRow).op('i32.mul').op('i32.sub').set(column);
        const address = (base: Local, rowBytes: number, to: Local): void =>
          void code.get(base).get(row).i32(rowBytes).op('i32.mul').op('i32.add').get(column).i32(4 * width).op('i32.mul').op('i32.add').set(to);
        address(x, 4 * depth * inner, source);
        address(y, 4 * inner, target);
        if (inner % width === 0) stretch(width);
        else if (inRow === 1) stretch(inner);
        else code.when(() => code.get(column).i32(inRow - 1).op('i32.lt_s'), () => stretch(width), () => stretch(inner % width));
        code.advance(from, 1);
      });
    },
  };
  return { run, units: outer * inRow, work: outer * depth * inner };
}
