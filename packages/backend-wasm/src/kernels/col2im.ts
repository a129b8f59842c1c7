import { sizeOf, type Step } from '@unfoldjs/core';
import { storeLanes } from '../elementwise/lanes.js';
import type { Local } from '../emit/function-builder.js';
import type { FunctionSpec } from '../emit/module-builder.js';
import { operand, output, type Lowered } from '../plan/lowered.js';
import { imagesOf, windowOf } from './convolution.js';
import { forChannels, pixelRest } from './pool.js';

/**
 * `col2im`. A row of an image is a unit: it looks for the rows of windows that lie over it. Rows and columns of the window are taken from
 * the last one on, so that a pixel gets its sum in the order of the places.
 */
export function col2im(step: Step): Lowered | null {
  if (step.op.name !== 'col2im') return null;
  const { window, strides, dilations, padding } = windowOf(step);
  const { dtype } = step.type;
  const [batch, height, width, channels] = imagesOf(step.type.shape);
  const [, rows, columns, depth] = imagesOf(step.inputs[0]!.type.shape);
  const [pixel, patch] = [4 * channels, 4 * depth];
  const [top, left] = [padding[0][0], padding[1][0]];

  const run: FunctionSpec = {
    key: `col2im ${dtype} ${JSON.stringify({ window, strides, dilations, top, left, height, width, channels, rows, columns })}`,
    params: 4,
    write(code) {
      const [patches, images, from, to] = code.params as [Local, Local, Local, Local];
      const [n, reach, place, row, line, tap, x, y] = code.locals('i32', 8) as [Local, Local, Local, Local, Local, Local, Local, Local];
      const sum = code.local('v128');
      const add = (lanes: number): void => {
        code.get(y).memory('v128.load').get(x).memory('v128.load').op(dtype === 'float32' ? 'f32x4.add' : 'i32x4.add').set(sum);
        storeLanes(code, y, { local: sum, dtype }, 1, lanes);
      };
      /** One row of all windows of a row of places, from the pointer `tap` on. */
      const addRow = (): void => {
        for (let kw = window[1] - 1; kw >= 0; kw--) {
          const shift = kw * dilations[1] - left;
          const first = Math.max(0, Math.ceil(-shift / strides[1]));
          const count = Math.min(columns - 1, Math.floor((width - 1 - shift) / strides[1])) - first + 1;
          if (count <= 0) continue;
          code.get(tap).i32(first * patch + kw * pixel).op('i32.add').set(x);
          code.get(row).i32((first * strides[1] + shift) * pixel).op('i32.add').set(y);
          code.times(count, () => {
            forChannels(code, channels, [x, y], add);
            code.advance(x, patch - pixel + pixelRest(channels)).advance(y, (strides[1] - 1) * pixel + pixelRest(channels));
          });
        }
      };
      code.loop(() => code.get(from).get(to).op('i32.lt_s'), () => {
        code.get(from).i32(height).op('i32.div_u').set(n);
        code.get(images).get(from).i32(width * pixel).op('i32.mul').op('i32.add').set(row);
        code.get(row).i32(0).i32(width * pixel).op('memory.fill');
        code.get(from).get(n).i32(height).op('i32.mul').op('i32.sub').i32(top - (window[0] - 1) * dilations[0]).op('i32.add').set(reach);
        code.get(patches).get(n).i32(rows * columns * patch).op('i32.mul').op('i32.add').i32((window[0] - 1) * window[1] * pixel).op('i32.add').set(line);
        code.times(window[0], () => {
          // Unsigned: what lies before the first place is very far behind the last.
          code.get(reach).i32(strides[0]).op('i32.div_u').set(place);
          const isPlace = (): void => void code.get(place).i32(rows).op('i32.lt_u').get(place).i32(strides[0]).op('i32.mul').get(reach).op('i32.eq').op('i32.and');
          code.when(isPlace, () => {
            code.get(line).get(place).i32(columns * patch).op('i32.mul').op('i32.add').set(tap);
            addRow();
          });
          code.advance(reach, dilations[0]).advance(line, -window[1] * pixel);
        });
        code.advance(from, 1);
      });
    },
  };
  return {
    kernel: 'sums of patches, f32x4',
    reason: 'four channels at a time, a row of an image a unit',
    calls: [{ run, places: [operand(0), output()], units: batch * height, work: 2 * sizeOf(step.inputs[0]!.type.shape) }],
    scratchBytes: 0,
    kept: [],
  };
}
