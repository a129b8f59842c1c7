import { writeBody, type Body, type Lanes } from '../elementwise/body.js';
import { loadLanes, storeLanes } from '../elementwise/lanes.js';
import type { FunctionBuilder, Local } from '../emit/function-builder.js';
import type { FunctionSpec } from '../emit/module-builder.js';
import type { ExtraLayout } from '../products/product.js';

/**
 * Winograd's minimal filtering on tiles of 6 x 6 pixels, with the points 0, 1, -1, 2, -2 and infinity: 36 products for 4 x 4 results of a
 * 3 x 3 window (16 x 9 by the definition), or for 2 x 2 of a 5 x 5 window.
 *
 * @source A. Lavin, S. Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016, https://arxiv.org/abs/1509.09308
 */
export const tileSize = 6;
/** Products of a tile. */
export const positions = tileSize * tileSize;

const points = [0, 1, -1, 2, -2] as const;

/** Rows of the filter's transform: the powers of a point over the product of its distances to the others; the last power for infinity. */
export function filterMatrix(taps: number): number[][] {
  const rows = points.map((point) => {
    const distance = points.reduce<number>((product, other) => (other === point ? product : product * (point - other)), 1);
    return Array.from({ length: taps }, (_, power) => point ** power / distance);
  });
  return [...rows, Array.from({ length: taps }, (_, power) => (power === taps - 1 ? 1 : 0))];
}

type Push = () => void;

/** `[x0, ..., x5] -> B^T x`, in pairs that share what they add. `push(i)` leaves x_i on the stack; results go to `out`. */
function inputLine(code: FunctionBuilder, push: (i: number) => void, which: readonly InputRows[], out: (row: number, value: Push) => void, temporaries: readonly [Local, Local]): void {
  const [p, q] = temporaries;
  const scaled = (i: number, by: number): void => {
    push(i);
    code.floats(by).op('f32x4.mul');
  };
  const ends = (first: number) => (): void => {
    scaled(first, 4);
    scaled(first + 2, 5);
    code.op('f32x4.sub');
    push(first + 4);
    code.op('f32x4.add');
  };
  const both = (row: number): void => {
    out(row, () => code.get(p).get(q).op('f32x4.add'));
    out(row + 1, () => code.get(p).get(q).op('f32x4.sub'));
  };
  for (const rows of which) {
    if (rows === 'first') out(0, ends(0));
    if (rows === 'last') out(5, ends(1));
    if (rows === 'ones') {
      push(4);
      scaled(2, 4);
      code.op('f32x4.sub').set(p);
      push(3);
      scaled(1, 4);
      code.op('f32x4.sub').set(q);
      both(1);
    }
    if (rows === 'twos') {
      push(4);
      push(2);
      code.op('f32x4.sub').set(p);
      push(3);
      push(1);
      code.op('f32x4.sub').tee(q).get(q).op('f32x4.add').set(q);
      both(3);
    }
  }
}

type InputRows = 'first' | 'ones' | 'twos' | 'last';
const rowGroups: readonly { readonly which: InputRows; readonly rows: readonly number[] }[] = [
  { which: 'first', rows: [0] },
  { which: 'ones', rows: [1, 2] },
  { which: 'twos', rows: [3, 4] },
  { which: 'last', rows: [5] },
];

export interface InputTransform {
  readonly channels: number;
  /** Bytes between the pixels and the rows that a tile reads. */
  readonly pixel: number;
  readonly row: number;
  /** Bytes between the positions of the result. */
  readonly position: number;
}

/** `B^T d B` of one tile, all channels. Parameters: the tile's first pixel, its place in the result. */
export function inputTransform(spec: InputTransform): FunctionSpec {
  const { channels, pixel, row, position } = spec;
  return {
    key: `winograd input ${JSON.stringify(spec)}`,
    params: 2,
    write(code) {
      const [source, target] = code.params as [Local, Local];
      const pair = [code.local('v128'), code.local('v128')] as const;
      const value = code.local('v128');
      const lines = [code.locals('v128', tileSize), code.locals('v128', tileSize)];
      forVectors(code, channels, [source, target], (count) => {
        for (const { which, rows } of rowGroups) {
          for (let column = 0; column < tileSize; column++) {
            inputLine(code, (i) => code.get(source).memory('v128.load', i * row + column * pixel), [which], (at, push) => {
              push();
              code.set(lines[rows.indexOf(at)]![column]!);
            }, pair);
          }
          rows.forEach((at, line) =>
            inputLine(code, (i) => code.get(lines[line]![i]!), ['first', 'ones', 'twos', 'last'], (column, push) => {
              push();
              code.set(value);
              storeLanes(code, target, { local: value, dtype: 'float32' }, 1, count, (at * tileSize + column) * position);
            }, pair),
          );
        }
      });
    },
  };
}

export interface OutputTransform {
  readonly channels: number;
  /** Results of a tile along an axis: 4 or 2. */
  readonly size: 2 | 4;
  /** Bytes between the positions of the product. */
  readonly position: number;
  /** Bytes between pixels and rows of the result. */
  readonly pixel: number;
  readonly row: number;
  /** True where tiles may reach over the end of the image: two more parameters say how many rows and columns are stored. */
  readonly isCut: boolean;
  readonly body: Body;
  readonly extras: readonly ExtraLayout[];
}

/** Which rows of `A^T x` are made together: those of even powers, those of odd ones. */
const outputGroups = { 4: [[0, 2], [1, 3]], 2: [[0], [1]] } as const;

/** One row of `A^T x`. */
function outputLine(code: FunctionBuilder, push: (i: number) => void, row: number, size: 2 | 4): void {
  // Powers of 1 and -1 are added or subtracted, those of 2 and -2 scaled by 2^row.
  const isEven = row % 2 === 0;
  push(1);
  push(2);
  code.op(isEven ? 'f32x4.add' : 'f32x4.sub');
  push(3);
  push(4);
  code.op(isEven ? 'f32x4.add' : 'f32x4.sub');
  if (row > 0) code.floats(2 ** row).op('f32x4.mul');
  code.op('f32x4.add');
  if (row === 0) {
    push(0);
    code.op('f32x4.add');
  }
  if (row === size - 1) {
    push(5);
    code.op('f32x4.add');
  }
}

/**
 * `A^T m A` of one tile, all channels, through the epilogue. Parameters: the tile's place in the product, its first pixel in the
 * result, the operands of the epilogue (those like the result at that pixel), and where tiles are cut the rows and columns to store.
 */
export function outputTransform(spec: OutputTransform): FunctionSpec {
  const { channels, size, position, pixel, row, isCut, body, extras: layouts } = spec;
  return {
    key: `winograd output ${JSON.stringify(spec)}`,
    params: 2 + layouts.length + (isCut ? 2 : 0),
    write(code) {
      const [source, target] = code.params as [Local, Local];
      const extras = code.params.slice(2, 2 + layouts.length);
      const [rowsLeft, columnsLeft] = code.params.slice(2 + layouts.length) as [Local?, Local?];
      const lines = [code.locals('v128', tileSize), code.locals('v128', tileSize)];
      const value = code.local('v128');
      const moving = [source, target, ...extras.filter((_, e) => layouts[e] !== 'scalar')];
      forVectors(code, channels, moving, (count) => {
        const shared = extras.map((extra, e): Lanes | null => (layouts[e] === 'result' ? null : loadLanes(code, extra, 'float32', layouts[e] === 'scalar' ? 0 : 1)));
        for (const group of outputGroups[size]) {
          group.forEach((at, line) => {
            for (let column = 0; column < tileSize; column++) {
              outputLine(code, (i) => code.get(source).memory('v128.load', (i * tileSize + column) * position), at, size);
              code.set(lines[line]![column]!);
            }
          });
          group.forEach((at, line) => {
            const store = (column: number): void => {
              const offset = at * row + column * pixel;
              outputLine(code, (i) => code.get(lines[line]![i]!), column, size);
              code.set(value);
              const read = extras.map((extra, e) => shared[e] ?? loadLanes(code, extra, 'float32', 1, 4, offset));
              storeLanes(code, target, writeBody(code, body, [{ local: value, dtype: 'float32' }, ...read]), 1, count, offset);
            };
            const all = (): void => {
              for (let column = 0; column < size; column++) {
                if (isCut && column > 0) code.when(() => code.get(columnsLeft!).i32(column).op('i32.gt_s'), () => store(column));
                else store(column);
              }
            };
            if (isCut && at > 0) code.when(() => code.get(rowsLeft!).i32(at).op('i32.gt_s'), all);
            else all();
          });
        }
      });
    },
  };
}

/** Runs `each` for every four of `count` floats, the last group of which may be smaller, with the pointers at that group. */
function forVectors(code: FunctionBuilder, count: number, pointers: readonly Local[], each: (count: number) => void): void {
  code.times(Math.floor(count / 4), () => {
    each(4);
    for (const pointer of pointers) code.advance(pointer, 16);
  });
  if (count % 4 > 0) each(count % 4);
}

export interface FilterTransform {
  readonly taps: number;
  readonly depth: number;
  readonly columns: number;
  /** Elements between the taps, the rows and the columns of the filters. */
  readonly tapStep: number;
  readonly depthStep: number;
  readonly columnStep: number;
  /** Floats of the packed matrix of one position. */
  readonly position: number;
  readonly panelWidth: number;
}

const vectorBytes = 16;

/** `G g G^T` into panels, `[positions, panels, depth, 8]`. A row of the depth is a unit. Parameters: filters, panels, `from`, `to`. */
export function filterTransform(spec: FilterTransform): FunctionSpec {
  const { taps, depth, columns, tapStep, depthStep, columnStep, position, panelWidth } = spec;
  return {
    key: `winograd filter ${JSON.stringify(spec)}`,
    params: 4,
    write(code) {
      const [filters, panels, from, to] = code.params as [Local, Local, Local, Local];
      const [source, target, step] = code.locals('i32', 3) as [Local, Local, Local];
      const matrix = filterMatrix(taps);
      const line = code.locals('v128', taps);
      const value = code.local('v128');
      const combine = (push: (i: number) => void, row: readonly number[]): void => {
        let isFirst = true;
        row.forEach((factor, i) => {
          if (factor === 0) return;
          push(i);
          if (factor !== 1) code.floats(factor).op('f32x4.mul');
          if (!isFirst) code.op('f32x4.add');
          isFirst = false;
        });
      };
      const tile = (count: number): void => {
        const loaded = Array.from({ length: taps * taps }, (_, tap) => {
          const lanes = offsetLanes(code, source, 4 * tap * tapStep, columnStep, count);
          return lanes.local;
        });
        matrix.forEach((row, i) => {
          for (let column = 0; column < taps; column++) {
            combine((k) => code.get(loaded[k * taps + column]!), row);
            code.set(line[column]!);
          }
          matrix.forEach((other, j) => {
            combine((k) => code.get(line[k]!), other);
            code.set(value);
            storeLanes(code, target, { local: value, dtype: 'float32' }, 1, count, 4 * (i * tileSize + j) * position);
          });
        });
      };
      code.loop(() => code.get(from).get(to).op('i32.lt_s'), () => {
        code.get(filters).get(from).i32(4 * depthStep).op('i32.mul').op('i32.add').set(source);
        code.get(panels).get(from).i32(4 * panelWidth).op('i32.mul').op('i32.add').set(target);
        // Two vectors lie side by side in a panel, the next two in the next panel. The code of a tile is long and runs once: it is written once.
        code.i32(vectorBytes).set(step);
        code.times(Math.floor(columns / 4), () => {
          tile(4);
          code.advance(source, 16 * columnStep).advance(target, step);
          code.i32(4 * panelWidth * depth).get(step).op('i32.sub').set(step);
        });
        if (columns % 4 > 0) tile(columns % 4);
        code.advance(from, 1);
      });
    },
  };
}

/** As `loadLanes`, at an offset that may be negative. */
function offsetLanes(code: FunctionBuilder, pointer: Local, offset: number, stride: number, count: number): Lanes {
  if (offset >= 0) return loadLanes(code, pointer, 'float32', stride, count, offset);
  const place = code.local('i32');
  code.get(pointer).i32(offset).op('i32.add').set(place);
  return loadLanes(code, place, 'float32', stride, count);
}
