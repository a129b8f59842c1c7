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

/** Runs `visit` for the lines of each unit: `count` of them, from the line `first` of all on, which begins at the element `start`. */
export function forLines(code: FunctionBuilder, lines: Lines, visit: (start: Local, first: Local, count: number) => void): void {
  const [from, to] = code.params.slice(-2) as [Local, Local];
  const [block, inside, first, start] = code.locals('i32', 4) as [Local, Local, Local, Local];
  const { inBlock, together, size, apart } = lines;
  const groups = groupsOf(lines);
  const rest = inBlock % together;
  code.loop(() => code.get(from).get(to).op('i32.lt_s'), () => {
    code.get(from).i32(groups).op('i32.div_u').set(block);
    code.get(from).get(block).i32(groups).op('i32.mul').op('i32.sub').i32(together).op('i32.mul').set(inside);
    code.get(block).i32(inBlock).op('i32.mul').get(inside).op('i32.add').set(first);
    code.get(block).i32(inBlock * size).op('i32.mul').get(inside).i32(apart).op('i32.mul').op('i32.add').set(start);
    if (rest === 0) visit(start, first, together);
    else if (groups === 1) visit(start, first, rest);
    else code.when(() => code.get(inside).i32(inBlock - rest).op('i32.lt_s'), () => visit(start, first, together), () => visit(start, first, rest));
    code.advance(from, 1);
  });
}

/** How many vectors hold so many lines, and how many lines each has. */
export const vectorsOf = (count: number): number[] => Array.from({ length: Math.ceil(count / 4) }, (_, v) => Math.min(4, count - 4 * v));
