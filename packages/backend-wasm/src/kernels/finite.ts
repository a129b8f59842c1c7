import type { Local } from '../emit/function-builder.js';
import type { FunctionSpec } from '../emit/module-builder.js';

/** Beyond the largest float by this factor: transforms add a few elements and multiply them by small numbers. */
const margin = 2 ** 20;

/**
 * Writes four zeros where all floats are finite and below 2^108, and NaN into some of them where one is not. Parameters: the floats,
 * the place of the answer, `from`, `to` (which do not matter).
 */
export function finite(size: number): FunctionSpec {
  return {
    key: `finite ${size}`,
    params: 4,
    write(code) {
      const [pointer, answer] = code.params as [Local, Local];
      const [sum, value] = [code.local('v128'), code.local('v128')];
      const add = (load: () => void): void => {
        load();
        code.floats(margin).op('f32x4.mul').set(value).get(sum).get(value).get(value).op('f32x4.sub').op('f32x4.add').set(sum);
      };
      code.times(Math.floor(size / 4), () => {
        add(() => code.get(pointer).memory('v128.load'));
        code.advance(pointer, 16);
      });
      for (let i = 0; i < size % 4; i++) add(() => code.get(pointer).memory('v128.load32_splat', 4 * i));
      code.get(answer).get(sum).memory('v128.store');
    },
  };
}
