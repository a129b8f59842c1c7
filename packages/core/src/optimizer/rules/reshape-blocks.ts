import type { Shape } from '../../types/shape.js';

/** Neighbouring axes of a tensor that become neighbouring axes of another, and no others. */
export interface Block {
  readonly from: number[];
  readonly to: number[];
}

/** The smallest blocks in which one shape becomes another; axes of size 1 belong to any. */
export function blocksOf(from: Shape, to: Shape): Block[] {
  const blocks: Block[] = [];
  let [i, o] = [0, 0];
  while (i < from.length || o < to.length) {
    const block: Block = { from: [], to: [] };
    let [left, right] = [1, 1];
    do {
      if (left <= right && i < from.length) {
        left *= from[i]!;
        block.from.push(i++);
      } else {
        right *= to[o]!;
        block.to.push(o++);
      }
    } while (left !== right || (left === 1 && (i < from.length || o < to.length)));
    while (from[i] === 1) block.from.push(i++);
    while (to[o] === 1) block.to.push(o++);
    blocks.push(block);
  }
  return blocks;
}
