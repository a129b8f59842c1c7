import { sizeOf, type Shape } from '@unfoldjs/core';
import type { FunctionBuilder, Local } from '../emit/function-builder.js';

/**
 * The lines of a tensor along an axis, each to be gone through in its order, several side by side. Blocks of lines lie one after the
 * other; distances are elements.
 */
export interface Lines {
  readonly blocks: number;
  readonly inBlock: number;
  /** Elements of a line, and from one to the next. */
  readonly size: number;
  readonly step: number;
  /** From one line of a block to the next. */
  readonly apart: number;
  /** Lines that one unit takes together: vectors of four, of which more lie side by side where lines do. */
  readonly together: number;
}

export function linesOf(shape: Shape, axis: number): Lines {
  const [outer, size, inner] = [sizeOf(shape.slice(0, axis)), shape[axis]!, sizeOf(shape.slice(axis + 1))];
  return inner === 1
    ? { blocks: 1, inBlock: outer, size, step: 1, apart: size, together: 4 }
    : { blocks: outer, inBlock: inner, size, step: inner, apart: 1, together: inner > 4 ? 16 : 4 };
}

const groupsOf = ({ inBlock, together }: Lines): number => Math.ceil(inBlock / together);

export const unitsOf = (lines: Lines): number => lines.blocks * groupsOf(lines);

/** Runs `visit` for the lines of each unit: `count` of them, from the line `first` of a block on. */
export function forLines(code: FunctionBuilder, lines: Lines, visit: (block: Local, first: Local, count: number) => void): void {
  const [from, to] = code.params.slice(-2) as [Local, Local];
  const [block, first] = code.locals('i32', 2) as [Local, Local];
  const { inBlock, together } = lines;
  const groups = groupsOf(lines);
  const rest = inBlock % together;
  code.loop(() => code.get(from).get(to).op('i32.lt_s'), () => {
    code.get(from).i32(groups).op('i32.div_u').set(block);
    code.get(from).get(block).i32(groups).op('i32.mul').op('i32.sub').i32(together).op('i32.mul').set(first);
    if (rest === 0) visit(block, first, together);
    else if (groups === 1) visit(block, first, rest);
    else code.when(() => code.get(first).i32(inBlock - rest).op('i32.lt_s'), () => visit(block, first, together), () => visit(block, first, rest));
    code.advance(from, 1);
  });
}

/** How many vectors hold so many lines, and how many lines each has. */
export const vectorsOf = (count: number): number[] => Array.from({ length: Math.ceil(count / 4) }, (_, v) => Math.min(4, count - 4 * v));
