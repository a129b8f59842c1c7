import { bytesPerElement, type DType } from '@unfoldjs/core';
import { storeLanes } from '../elementwise/lanes.js';
import type { Local } from '../emit/function-builder.js';
import type { FunctionSpec } from '../emit/module-builder.js';
import type { Kernel } from '../plan/lowered.js';

/** Bytes in one unit of work. */
const unitBytes = 1 << 16;

/**
 * One value everywhere in an array; what rounds its bytes up to 16 is written too, which a block has room for. Parameters: the array,
 * `from`, `to`.
 */
export function fill(dtype: DType, size: number, value: number): Kernel {
  const bytes = Math.ceil((size * bytesPerElement[dtype]) / 16) * 16;
  const run: FunctionSpec = {
    key: `fill ${dtype} ${bytes} ${Object.is(value, -0) ? '-0' : value}`,
    params: 3,
    write(code) {
      const [array, from, to] = code.params as [Local, Local, Local];
      const [end, filled] = [code.local('i32'), code.local('v128')];
      if (dtype === 'bool') code.i32(value).op('i8x16.splat').set(filled);
      else if (dtype === 'int32') code.integers(value).set(filled);
      else code.floats(value).set(filled);
      code.get(to).i32(unitBytes).op('i32.mul').set(end);
      code.when(() => code.get(end).i32(bytes).op('i32.gt_u'), () => code.i32(bytes).set(end));
      code.get(end).get(array).op('i32.add').set(end);
      code.get(from).i32(unitBytes).op('i32.mul').get(array).op('i32.add').set(array);
      code.loop(() => code.get(array).get(end).op('i32.lt_u'), () => {
        storeLanes(code, array, { local: filled, dtype: 'float32' });
        code.advance(array, 16);
      });
    },
  };
  return { run, units: Math.ceil(bytes / unitBytes), work: bytes / 8 };
}
