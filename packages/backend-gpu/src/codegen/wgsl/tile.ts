import type { NativeFunction } from '../kernel-source.js';
import type { WgslEpilogue } from './epilogue.js';

/** Results along an axis of a grid: so many, of which a thread has `each`, `threads` apart: neighbours read and write neighbours. */
export interface TileAxis {
  readonly count: number;
  readonly each: number;
  readonly threads: number;
}

export const tileAxis = (count: number, each: number): TileAxis => ({ count, each, threads: Math.ceil(count / each) });

/** Four rows are one vector: with as many numbers in their place compilers of shaders take seconds. */
export const lanes = 4;

export interface TileSpec {
  /** `each` is a multiple of four. */
  readonly rows: TileAxis;
  readonly columns: TileAxis;
  /** Statements before the sums; there are the rows `r<i>`, the columns `c<j>`, and the third axis as `z`. */
  readonly before: readonly string[];
  /** Adds a product to a vector of sums, those of rows `4 * group` and on. Default: to all four. */
  readonly add?: (sum: string, product: string, group: number) => string;
  /** The code that adds all products: `step` stands for one element of the depth, with a vector `a<g>` for each four rows and a number `b<j>`. */
  readonly sums: (step: readonly string[]) => readonly string[];
  readonly epilogue: WgslEpilogue;
  /** The indices of a result along the axes of its tensor, for the epilogue. */
  readonly axes: (row: string, column: string) => readonly string[];
}

export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** One expression for each row of a group, as a vector. */
export const vector = (group: number, element: (row: number) => string): string => `vec4f(${range(lanes).map((lane) => element(lanes * group + lane)).join(', ')})`;

/**
 * A function in WGSL that computes a tile of a result and stores it, but for its first element, which it returns: that one gpu.js stores.
 * It relies on names that gpu.js 2.24.1 gives: `threadGid`, `user_<argument>`, `result`, and `fn_` before a function's own.
 *
 * Grids are as large as results, as gpu.js takes the size of the one from the other; only threads that have a tile are started (`threads`), and others
 * of their workgroups return at once, and store nothing.
 */
export function tileFunction({ rows, columns, before, add = (sum, product) => `${sum} += ${product};`, sums, epilogue, axes }: TileSpec): NativeFunction {
  const [groups, across] = [range(rows.each / lanes), range(columns.each)];
  /** Whether some threads have no k-th element: those compute the last one once more and do not store it. */
  const isCut = (k: number, { count, threads }: TileAxis): boolean => threads * (k + 1) > count;
  const position = (k: number, thread: string, { threads }: TileAxis): string => (k === 0 ? thread : `${thread} + ${k * threads}`);
  const index = (k: number, thread: string, axis: TileAxis): string => (isCut(k, axis) ? `min(${position(k, thread, axis)}, ${axis.count - 1})` : position(k, thread, axis));
  const store = (g: number, j: number): string[] => {
    const { lines, result } = epilogue.write(`s${g}x${j}`, range(lanes).map((lane) => axes(`r${lanes * g + lane}`, `c${j}`)));
    const stores = range(lanes).map((lane) => {
      const i = lanes * g + lane;
      if (i + j === 0) return `first = v[0];`;
      const line = `result[(z * ${rows.count} + r${i}) * ${columns.count} + c${j}] = v[${lane}];`;
      return isCut(i, rows) ? `if (${position(i, 'y', rows)} < ${rows.count}) { ${line} }` : line;
    });
    return [isCut(j, columns) ? `if (${position(j, 'x', columns)} < ${columns.count}) {` : '{', ...lines, `let v = ${result};`, ...stores, '}'];
  };
  const lines = [
    'let x = i32(threadGid.x); let y = i32(threadGid.y); let z = i32(threadGid.z);',
    ...range(rows.each).map((i) => `let r${i} = ${index(i, 'y', rows)};`),
    ...across.map((j) => `let c${j} = ${index(j, 'x', columns)};`),
    ...groups.flatMap((g) => across.map((j) => `var s${g}x${j} = vec4f(0.0);`)),
    ...before,
    ...sums(groups.flatMap((g) => across.map((j) => add(`s${g}x${j}`, `a${g} * b${j}`, g)))),
    'var first = 0.0;',
    ...groups.flatMap((g) => across.flatMap((j) => store(g, j))),
    'return first;',
  ];
  // Its argument is of no use: gpu.js takes functions with one at least.
  return { name: 'tile', argumentTypes: { thread: 'Integer' }, returnType: 'Number', source: `fn fn_tile(thread : i32) -> f32 {\n  ${lines.join('\n  ')}\n}` };
}

/** Those of a grid that have a tile. */
export const tileThreads = ({ rows, columns }: Pick<TileSpec, 'rows' | 'columns'>, grid: readonly number[]): number[] => [columns.threads, rows.threads, ...grid.slice(2)];

/** The kernel's own body: which threads have a tile. */
export const tileCaller = ({ rows, columns }: Pick<TileSpec, 'rows' | 'columns'>): string[] => [
  `if (this.thread.x < ${columns.threads} && this.thread.y < ${rows.threads}) {`,
  'return tile(this.thread.x);',
  '}',
];
