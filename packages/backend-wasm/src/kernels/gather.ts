import { bytesPerElement, sizeOf, type Shape, type Step } from '@unfoldjs/core';
import type { FunctionBuilder, Local } from '../emit/function-builder.js';
import type { FunctionSpec } from '../emit/module-builder.js';
import { operand, output, type Lowered } from '../plan/lowered.js';

/** A shape around an axis: leading axes that indices share, axes before it, its size, elements behind it. */
export const aroundAxis = (shape: Shape, axis: number, batchDims: number) => ({
  batch: sizeOf(shape.slice(0, batchDims)),
  outer: sizeOf(shape.slice(batchDims, axis)),
  along: shape[axis]!,
  inner: sizeOf(shape.slice(axis + 1)),
});

/** Loads the index at an address: from the end where it is negative. As an unsigned number one that does not exist is not below `along`. */
export function loadIndex(code: FunctionBuilder, address: Local, index: Local, along: number): void {
  code.get(address).memory('i32.load').set(index);
  code.when(() => code.get(index).i32(0).op('i32.lt_s'), () => code.advance(index, along));
}

/** Bytes in one unit of work. */
const unitBytes = 1 << 14;

/** Longer slices are left to the engine's own copy, a call of which costs more than a few moves. */
const longestMoves = 256;

/** `gather`; a slice of `x` is moved as it lies, a number of them a unit. */
export function gather(step: Step): Lowered | null {
  if (step.op.name !== 'gather') return null;
  const [x, indices] = step.inputs as [Step['inputs'][0], Step['inputs'][0]];
  const { axis, batchDims } = step.attrs as { axis: number; batchDims: number };
  const { batch, outer, along, inner } = aroundAxis(x.type.shape, axis, batchDims);
  const count = sizeOf(indices.type.shape.slice(batchDims));
  const bytes = inner * bytesPerElement[x.type.dtype];
  const slices = batch * outer * count;
  const inUnit = Math.max(1, Math.floor(unitBytes / bytes));
  const run: FunctionSpec = {
    key: `gather ${JSON.stringify({ batch, outer, along, bytes, count })}`,
    params: 5,
    write(code) {
      const [source, wanted, results, from, to] = code.params as [Local, Local, Local, Local, Local];
      const [end, line, address, index, y] = code.locals('i32', 5) as [Local, Local, Local, Local, Local];
      code.get(from).i32(inUnit).op('i32.mul').set(from).get(to).i32(inUnit).op('i32.mul').set(end);
      code.when(() => code.get(end).i32(slices).op('i32.gt_u'), () => code.i32(slices).set(end));
      code.get(results).get(from).i32(bytes).op('i32.mul').op('i32.add').set(y);
      code.loop(() => code.get(from).get(end).op('i32.lt_u'), () => {
        code.get(from).i32(count).op('i32.div_u').set(line);
        // At [line / outer, from - line * count] of the indices.
        code.get(line).i32(outer).op('i32.div_u').get(line).op('i32.sub').i32(count).op('i32.mul').get(from).op('i32.add');
        code.i32(4).op('i32.mul').get(wanted).op('i32.add').set(address);
        loadIndex(code, address, index, along);
        code.when(
          () => code.get(index).i32(along).op('i32.lt_u'),
          () => {
            code.get(line).i32(along).op('i32.mul').get(index).op('i32.add').i32(bytes).op('i32.mul').get(source).op('i32.add').set(address);
            move(code, y, address, bytes);
          },
          () => code.get(y).i32(0).i32(bytes).op('memory.fill'),
        );
        code.advance(y, bytes).advance(from, 1);
      });
    },
  };
  return {
    kernel: 'copy by index',
    reason: 'slices are moved as they lie',
    calls: [{ run, places: [operand(0), operand(1), output()], units: Math.ceil(slices / inUnit), work: slices * (8 + bytes / 8) }],
    scratchBytes: 0,
    kept: [],
  };
}

function move(code: FunctionBuilder, target: Local, source: Local, bytes: number): void {
  if (bytes > longestMoves) {
    code.get(target).get(source).i32(bytes).op('memory.copy');
    return;
  }
  let at = 0;
  for (const [size, load, store] of [[16, 'v128.load', 'v128.store'], [4, 'i32.load', 'i32.store'], [1, 'i32.load8_u', 'i32.store8']] as const) {
    for (; at + size <= bytes; at += size) code.get(target).get(source).memory(load, at).memory(store, at);
  }
}
