import type { FunctionBuilder, Local } from '../emit/function-builder.js';
import { longestStraightRun, unrollOf } from './tilings.js';

/** Floats of one row of a packed panel of the right operand: two vectors. */
export const panelWidth = 8;
const panelBytes = 4 * panelWidth;

/** A loop over the left operand: so many rounds, so many bytes apart. */
export interface Level {
  readonly count: number;
  readonly step: number;
}

/**
 * Which elements of the left operand a sum runs over, outermost loop first: a row of a matrix is one run; the patch of an image a run
 * for each row of the window. A run is `length` elements, `kStep` bytes apart.
 */
export interface Walk {
  readonly levels: readonly Level[];
  readonly length: number;
  readonly kStep: number;
}

/** The registers of a tile, the same for all tiles of a function. */
export interface TileRegisters {
  /** Two for each row, or one where the panel is narrow: `sums[row * vectors + vector]`. */
  readonly sums: readonly Local[];
  readonly right: readonly [Local, Local];
  readonly scale: Local;
  /** Where the left and the right operand are read. */
  readonly a: Local;
  readonly b: Local;
}

export interface TileSpec {
  readonly rows: number;
  readonly vectors: 1 | 2;
  /** Bytes from one row of the left operand to the next. */
  readonly rowStep: number;
  readonly walk: Walk;
  /** Multiplies and adds with one rounding. */
  readonly fma: boolean;
  /** int32 instead of float32. */
  readonly isInteger?: boolean;
  /** Elements of a run in one round of its loop. Default: what was measured to be best. */
  readonly unroll?: number;
  /** How often the outermost loop runs, where that is not its count. */
  readonly outermost?: Local;
}

export function tileRegisters(code: FunctionBuilder, rows: number, vectors: 1 | 2): TileRegisters {
  return {
    sums: code.locals('v128', rows * vectors),
    right: [code.local('v128'), code.local('v128')],
    scale: code.local('v128'),
    a: code.local('i32'),
    b: code.local('i32'),
  };
}

/** Sums that a tile of a single row makes side by side, each of every fourth element: one alone would wait for its own additions, and round more. */
const chainsOfOneRow = 4;

/** Products below this depth are not worth chains. */
const shortestChained = 64;

/**
 * Adds `sum over k of a[row][k] * b[k][0..]` to the sums of a tile, in the order of k, or for a single row in four chains of that order. All
 * distances are immediates. The pointers `a` and `b` are left anywhere.
 */
export function writeTile(code: FunctionBuilder, registers: TileRegisters, { rows, vectors, rowStep, walk, fma, isInteger = false, unroll = unrollOf(rows, fma), outermost }: TileSpec): void {
  const { right, scale, a, b } = registers;
  const own = registers.sums.slice(0, rows * vectors);
  const depth = walk.levels.reduce((product, { count }) => product * count, walk.length);
  const chains = rows === 1 && depth >= shortestChained ? [own, ...Array.from({ length: chainsOfOneRow - 1 }, () => code.locals('v128', vectors))] : [own];
  for (const sum of chains.slice(1).flat()) code.floats(0).set(sum);

  const element = (at: number): void => {
    const sums = chains[at % chains.length]!;
    for (let v = 0; v < vectors; v++) code.get(b).memory('v128.load', at * panelBytes + 16 * v).set(right[v]!);
    for (let row = 0; row < rows; row++) {
      code.get(a).memory('v128.load32_splat', row * rowStep + at * walk.kStep).set(scale);
      for (let v = 0; v < vectors; v++) {
        const sum = sums[row * vectors + v]!;
        if (isInteger) code.get(sum).get(scale).get(right[v]!).op('i32x4.mul').op('i32x4.add').set(sum);
        else if (fma) code.get(scale).get(right[v]!).get(sum).op('f32x4.relaxed_madd').set(sum);
        else code.get(sum).get(scale).get(right[v]!).op('f32x4.mul').op('f32x4.add').set(sum);
      }
    }
  };
  const elements = (count: number): void => {
    for (let at = 0; at < count; at++) {
      if (at > 0) fence(at);
      element(at);
    }
  };
  /**
   * An exit that is never taken (no panel lies at so low an address). The sums are needed behind it, so the compiler has to have them
   * here: left alone it loads the operands of all elements first, for which there are not enough registers.
   */
  const fence = (at: number): void => void code.get(b).i32(at).op('i32.eq').leaveIf(end);
  let end = 0;

  const run = (): number => {
    const { length, kStep } = walk;
    if (length <= longestStraightRun) {
      elements(length);
      code.advance(b, length * panelBytes);
      return 0;
    }
    const rounds = Math.floor(length / unroll);
    code.times(rounds, () => {
      elements(unroll);
      code.advance(a, unroll * kStep).advance(b, unroll * panelBytes);
    });
    const rest = length % unroll;
    elements(rest);
    if (rest > 0) code.advance(b, rest * panelBytes);
    return rounds * unroll * kStep;
  };
  /** Writes a loop and says how far it leaves `a` from where it began. */
  const nest = (level: number): number => {
    const loop = walk.levels[level];
    if (!loop) return run();
    const round = (): void => {
      const moved = nest(level + 1);
      if (loop.step !== moved) code.advance(a, loop.step - moved);
    };
    if (level === 0 && outermost) code.repeat(round, () => code.get(outermost).i32(1).op('i32.sub').tee(outermost));
    else code.times(loop.count, round);
    return loop.count * loop.step;
  };
  code.block((label) => {
    end = label;
    nest(0);
  });
  chains.slice(1).forEach((chain) => chain.forEach((sum, v) => code.get(own[v]!).get(sum).op(isInteger ? 'i32x4.add' : 'f32x4.add').set(own[v]!)));
}
