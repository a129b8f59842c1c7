import { bytesPerElement, type DType } from '@unfoldjs/core';
import type { FunctionBuilder, Local } from '../emit/function-builder.js';
import type { Lanes } from './body.js';

/** Bytes from one element to the next in memory, for elements of a dtype that are `stride` apart. */
export const strideBytes = (dtype: DType, stride: number): number => stride * bytesPerElement[dtype];

/**
 * Four elements that lie `stride` apart, from the address in `pointer`. With stride 1 and fewer than four elements, what follows them
 * in memory is read as well: blocks have room for that.
 */
export function loadLanes(code: FunctionBuilder, pointer: Local, dtype: DType, stride: number, count = 4, offset = 0): Lanes {
  const local = code.local('v128');
  if (dtype === 'bool') {
    loadBool(code, pointer, stride, count, offset, local);
    code.get(local).op('i16x8.extend_low_i8x16_u').op('i32x4.extend_low_i16x8_u').integers(0).op('i32x4.ne').set(local);
  } else if (stride === 1) {
    code.get(pointer).memory('v128.load', offset).set(local);
  } else {
    code.get(pointer).memory(stride === 0 ? 'v128.load32_splat' : 'v128.load32_zero', offset).set(local);
    if (stride !== 0) gather(code, pointer, 'v128.load32_lane', 4 * stride, count, offset, local);
  }
  return { local, dtype };
}

function loadBool(code: FunctionBuilder, pointer: Local, stride: number, count: number, offset: number, local: Local): void {
  if (stride === 0) code.get(pointer).memory('v128.load8_splat', offset).set(local);
  else if (stride === 1) code.get(pointer).memory('v128.load32_zero', offset).set(local);
  else {
    code.get(pointer).memory('v128.load8_splat', offset).set(local);
    gather(code, pointer, 'v128.load8_lane', stride, count, offset, local);
  }
}

/** Lanes from 1 on; strides may be negative, which offsets of an instruction cannot be. */
function gather(code: FunctionBuilder, pointer: Local, name: 'v128.load32_lane' | 'v128.load8_lane', step: number, count: number, offset: number, local: Local): void {
  for (let lane = 1; lane < count; lane++) {
    code.get(pointer).i32(lane * step + offset).op('i32.add').get(local).laneMemory(name, lane).set(local);
  }
}

/** Stores the first `count` of four elements, `stride` apart. Nothing behind them is written. */
export function storeLanes(code: FunctionBuilder, pointer: Local, { local, dtype }: Lanes, stride = 1, count = 4, offset = 0): void {
  if (dtype === 'bool') {
    code.get(local).integers(1).op('v128.and').set(local);
    for (let lane = 0; lane < count; lane++) storeLane(code, pointer, 'v128.store8_lane', 4 * lane, lane * stride + offset, local);
  } else if (stride === 1 && count === 4) {
    code.get(pointer).get(local).memory('v128.store', offset);
  } else if (stride === 1) {
    if (count >= 2) code.get(pointer).get(local).laneMemory('v128.store64_lane', 0, offset);
    if (count % 2 === 1) code.get(pointer).get(local).laneMemory('v128.store32_lane', count - 1, offset + 4 * (count - 1));
  } else {
    for (let lane = 0; lane < count; lane++) storeLane(code, pointer, 'v128.store32_lane', lane, 4 * lane * stride + offset, local);
  }
}

function storeLane(code: FunctionBuilder, pointer: Local, name: 'v128.store32_lane' | 'v128.store8_lane', lane: number, at: number, local: Local): void {
  if (at >= 0) code.get(pointer).get(local).laneMemory(name, lane, at);
  else code.get(pointer).i32(at).op('i32.add').get(local).laneMemory(name, lane);
}
