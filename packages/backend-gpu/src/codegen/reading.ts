import { sameShape, sizeOf, stridesOf, type Shape } from '@unfoldjs/core';
import { affine, gridOf, integer, type Grid, type Term } from './index-math.js';
import type { Bindings, SourceCall, SourceOperand } from './kernel-source.js';
import { literal, literalOperand } from './literal.js';
import type { ModeFacts } from '../modes.js';

// Elements that an op only moves need not be moved: whoever reads its result computes where each of them comes from.

/** Where an element lies along some neighbouring axes together, row-major over them: a sum of variables times factors. */
export interface Position {
  readonly axes: number;
  readonly terms: readonly Term[];
  readonly offset: number;
}

/** A variable for each axis. */
export const positionsOf = (names: readonly string[]): Position[] => names.map((name) => ({ axes: 1, terms: [[name, 1]], offset: 0 }));

/** The first index along an axis. */
const start: Position = { axes: 1, terms: [], offset: 0 };

type Moved = SourceOperand & { readonly moved: NonNullable<SourceOperand['moved']> };

interface Move {
  /** Whether an axis of the result and the next are walked as one. */
  readonly joins: (operand: Moved, axis: number) => boolean;
  /** For those that give each element a place by factors alone: where in the first operand it lies. */
  readonly place?: (operand: Moved, positions: readonly Position[]) => Position[];
  /** For the others: statements that read it, and its value. */
  readonly read?: (operand: Moved, positions: readonly Position[], reader: Reader) => { lines: string[]; value: string };
}

/** Whether an axis of an operand and the next can be walked as one. */
const joined = (operand: SourceOperand, axis: number): boolean => !operand.moved || moves[operand.moved.op.name]!.joins(operand as Moved, axis);

/** Positions with the first axis of each. */
const withStarts = (positions: readonly Position[]): (Position & { readonly first: number })[] => {
  let next = 0;
  return positions.map((position) => {
    const first = next;
    next += position.axes;
    return { ...position, first };
  });
};

/** Elements of the axes after the first of a position: by how much it grows along that one. */
const innerOf = (shape: Shape, { first, axes }: { readonly first: number; readonly axes: number }): number => sizeOf(shape.slice(first + 1, first + axes));

const shifted = ({ axes, terms, offset }: Position, by: number): Position => ({ axes, terms, offset: offset + by });

/** The tests that a position asks for to lie between two others, of `size`; null where it never does. */
function within(position: Position, from: number, to: number, size: number): string[] | null {
  const text = affine(position.terms, position.offset);
  if (/^-?\d+$/.test(text)) return Number(text) >= from && Number(text) < to ? [] : null;
  return [...(from > 0 ? [`${text} >= ${from}`] : []), ...(to < size ? [`${text} < ${to}`] : [])];
}

const moves: Readonly<Record<string, Move>> = {
  transpose: {
    joins: ({ moved: { attrs, inputs } }, axis) => {
      const perm = attrs.perm as readonly number[];
      return perm[axis + 1] === perm[axis]! + 1 && joined(inputs[0]!, perm[axis]!);
    },
    place: ({ moved: { attrs } }, positions) => {
      const perm = attrs.perm as readonly number[];
      return withStarts(positions).sort((a, b) => perm[a.first]! - perm[b.first]!);
    },
  },

  slice: {
    joins: ({ type, moved: { attrs, inputs } }, axis) => {
      const [begin, strides] = [attrs.begin as readonly number[], attrs.strides as readonly number[]];
      const isWhole = begin[axis + 1] === 0 && strides[axis + 1] === 1 && type.shape[axis + 1] === inputs[0]!.type.shape[axis + 1];
      return isWhole && strides[axis] === 1 && joined(inputs[0]!, axis);
    },
    place: ({ moved: { attrs, inputs } }, positions) =>
      withStarts(positions).map((position) => {
        const stride = (attrs.strides as readonly number[])[position.first]!;
        const start = (attrs.begin as readonly number[])[position.first]! * innerOf(inputs[0]!.type.shape, position);
        return { axes: position.axes, terms: position.terms.map(([name, factor]) => [name, factor * stride] as const), offset: position.offset * stride + start };
      }),
  },

  reverse: {
    joins: ({ moved: { attrs, inputs } }, axis) => {
      const axes = attrs.axes as readonly number[];
      return axes.includes(axis) === axes.includes(axis + 1) && joined(inputs[0]!, axis);
    },
    place: ({ type, moved: { attrs } }, positions) =>
      withStarts(positions).map((position) => {
        if (!(attrs.axes as readonly number[]).includes(position.first)) return position;
        const last = sizeOf(type.shape.slice(position.first, position.first + position.axes)) - 1;
        return { axes: position.axes, terms: position.terms.map(([name, factor]) => [name, -factor] as const), offset: last - position.offset };
      }),
  },

  broadcast: {
    joins: (operand, axis) => {
      const input = operand.moved.inputs[0]!;
      if (sizeOf(input.type.shape) === 1) return true;
      const isRepeated = repeats(operand, axis);
      return isRepeated === repeats(operand, axis + 1) && (isRepeated || joined(input, axis - missing(operand)));
    },
    place: (operand, positions) => {
      const { shape } = operand.moved.inputs[0]!.type;
      if (sizeOf(shape) === 1) return shape.map(() => start);
      return withStarts(positions).flatMap((position): Position[] => {
        if (!repeats(operand, position.first)) return [position];
        const axes = position.axes - Math.max(0, missing(operand) - position.first);
        return new Array<Position>(Math.max(0, axes)).fill(start);
      });
    },
  },

  pad: {
    joins: ({ moved: { attrs, inputs } }, axis) => {
      const [before, after] = (attrs.paddings as readonly (readonly number[])[])[axis + 1]!;
      return before === 0 && after === 0 && joined(inputs[0]!, axis);
    },
    read: ({ type, moved: { attrs, inputs } }, positions, reader) => {
      const { shape } = inputs[0]!.type;
      const fill = literal(attrs.value as number, type.dtype, reader.facts);
      const sides = withStarts(positions).map((position) => {
        const [before, after] = (attrs.paddings as readonly (readonly number[])[])[position.first]!;
        const inner = innerOf(shape, position);
        const [from, to] = [before! * inner, (before! + shape[position.first]!) * inner];
        return { tests: within(position, from, to, to + after! * inner), inside: shifted(position, -from) };
      });
      if (sizeOf(shape) === 0 || sides.some(({ tests }) => tests === null)) return { lines: [], value: fill };
      const tests = sides.flatMap((side) => side.tests!);
      const { lines, value } = reader.element(inputs[0]!, sides.map(({ inside }) => inside));
      if (tests.length === 0) return { lines, value };
      const name = reader.name();
      return { lines: [`let ${name} = ${fill};`, `if (${tests.join(' && ')}) {`, ...lines, `${name} = ${value};`, '}'], value: name };
    },
  },

  concat: {
    joins: ({ moved: { attrs, inputs } }, axis) => axis + 1 !== attrs.axis && inputs.every((input) => joined(input, axis)),
    read: ({ type, moved: { attrs, inputs } }, positions, reader) => {
      const axis = attrs.axis as number;
      const placed = withStarts(positions);
      const along = placed.findIndex(({ first }) => first === axis);
      const inner = innerOf(type.shape, placed[along]!);
      const name = reader.name();
      const lines = [`let ${name} = 0.0;`];
      let end = 0;
      for (const input of inputs) {
        const from = end;
        end += input.type.shape[axis]! * inner;
        const tests = end > from ? within(placed[along]!, from, end, type.shape[axis]! * inner) : null;
        if (!tests) continue;
        const part = reader.element(input, positions.with(along, shifted(positions[along]!, -from)));
        if (tests.length === 0) return part;
        lines.push(`if (${tests.join(' && ')}) {`, ...part.lines, `${name} = ${part.value};`, '}');
      }
      return { lines, value: name };
    },
  },

  gather: {
    joins: ({ moved: { attrs, inputs } }, axis) => {
      const [x, indices] = inputs as readonly [SourceOperand, SourceOperand];
      const { at, batchDims, count } = gathered(attrs, indices);
      if (axis + 1 < batchDims) return joined(x, axis) && joined(indices, axis);
      if (axis + 1 < at) return axis >= batchDims && joined(x, axis);
      if (axis >= at + count) return joined(x, axis - count + 1);
      return axis >= at && axis + 1 < at + count && joined(indices, axis - at + batchDims);
    },
    read: ({ moved: { attrs, inputs } }, positions, reader) => {
      const [x, indices] = inputs as readonly [SourceOperand, SourceOperand];
      const { at, batchDims, count } = gathered(attrs, indices);
      const along = x.type.shape[at]!;
      const [index, name] = [reader.name(), reader.name()];
      const placed = withStarts(positions);
      const found = reader.element(indices, placed.filter(({ first }) => first < batchDims || (first >= at && first < at + count)));
      const here = positionsOf([index]);
      const element = reader.element(x, [...placed.filter(({ first }) => first < at), ...here, ...placed.filter(({ first }) => first >= at + count)]);
      const lines = [
        ...found.lines,
        integer(index, found.value),
        `if (${index} < 0) { ${index} += ${along}; }`,
        `let ${name} = 0.0;`,
        `if (${index} >= 0 && ${index} < ${along}) {`,
        ...element.lines,
        `${name} = ${element.value};`,
        '}',
      ];
      return { lines, value: name };
    },
  },
};

const missing = ({ type, moved }: Moved): number => type.shape.length - moved.inputs[0]!.type.shape.length;

/** Whether all indices along an axis of a broadcast read the same. */
function repeats(operand: Moved, axis: number): boolean {
  const own = axis - missing(operand);
  return own < 0 || (operand.moved.inputs[0]!.type.shape[own] === 1 && operand.type.shape[axis] !== 1);
}

/** The axes of a gathered tensor: `count` axes of indices in place of axis `at`. */
const gathered = (attrs: SourceCall['attrs'], indices: SourceOperand) => {
  const batchDims = attrs.batchDims as number;
  return { at: attrs.axis as number, batchDims, count: indices.type.shape.length - batchDims };
};

/** What an op asks of those that read through it: factors, or tests too; null for ops that do more than move. */
export const moveOf = (op: { readonly name: string }): 'factors' | 'tests' | null => {
  const move = Object.hasOwn(moves, op.name) ? moves[op.name]! : null;
  return move && (move.place ? 'factors' : 'tests');
};

/** The tensors that an operand is read from. */
export const leavesOf = (operand: SourceOperand): readonly SourceOperand[] =>
  operand.moved ? operand.moved.inputs.flatMap(leavesOf) : operand.literal === null ? [operand] : [];

/** The names of the ops that an operand is read through. */
export const movesOf = ({ moved }: SourceOperand): readonly string[] => (moved ? [moved.op.name, ...moved.inputs.flatMap(movesOf)] : []);

/** The tensor in which an element lies, or the first op on the way to it that asks for tests. */
function locate(operand: SourceOperand, positions: readonly Position[]): { operand: SourceOperand; positions: readonly Position[] } {
  while (operand.moved) {
    const { place } = moves[operand.moved.op.name]!;
    if (!place) break;
    positions = place(operand as Moved, positions);
    operand = operand.moved.inputs[0]!;
  }
  return { operand, positions };
}

/** Reads elements of the operands of one kernel. `prefix` begins every name that it declares. */
export class Reader {
  #names = 0;

  constructor(
    readonly facts: ModeFacts,
    private readonly bindings: Bindings,
    private readonly prefix: string,
  ) {}

  name(): string {
    return `${this.prefix}${this.#names++}`;
  }

  /** Statements that read an element, and its value: a name, or an expression that is used once. */
  element(from: SourceOperand, at: readonly Position[]): { lines: string[]; value: string } {
    const { operand, positions } = locate(from, at);
    if (operand.moved) return moves[operand.moved.op.name]!.read!(operand as Moved, positions, this);
    if (operand.literal !== null) {
      const lines: string[] = [];
      return { value: literalOperand(this.name(), operand.literal, operand.type.dtype, this.facts, lines), lines };
    }
    const strides = stridesOf(operand.type.shape);
    let offset = 0;
    const terms = withStarts(positions).flatMap((position) => {
      const stride = strides[position.first + position.axes - 1] ?? 0;
      offset += position.offset * stride;
      return position.terms.map(([name, factor]): Term => [name, factor * stride]);
    });
    return { lines: [], value: `${this.bindings.read(operand)}[${affine(terms, offset)}]` };
  }
}

/** The operand as it is read by elements of `shape`, to which it broadcasts. */
export function spread(operand: SourceOperand, shape: Shape): SourceOperand {
  if (sameShape(operand.type.shape, shape)) return operand;
  return { type: { dtype: operand.type.dtype, shape }, source: null, literal: null, moved: { op: { name: 'broadcast' }, attrs: { shape }, inputs: [operand] } };
}

/** A thread for each element of `shape`, with as few axes as the operands allow, and its position along them. */
export function walk(shape: Shape, operands: readonly SourceOperand[], facts: ModeFacts): { readonly grid: Grid; readonly positions: readonly Position[] } {
  const groups: number[] = [];
  for (let axis = 0; axis < shape.length; axis++) {
    if (axis > 0 && operands.every((operand) => joined(operand, axis - 1))) groups[groups.length - 1]!++;
    else groups.push(1);
  }
  let first = 0;
  const dims = groups.map((axes) => sizeOf(shape.slice(first, (first += axes))));
  const grid = gridOf(dims, facts);
  return { grid, positions: groups.map((axes, i) => ({ axes, terms: [[grid.axes[i]!, 1]], offset: 0 })) };
}

/** The tensor that an operand reads, and by which strides along its axes and from where; null where an op asks for tests. */
export function stridesInto(from: SourceOperand): { readonly operand: SourceOperand; readonly strides: readonly number[]; readonly offset: number } | null {
  const { operand, positions } = locate(from, positionsOf(from.type.shape.map((_, axis) => `i${axis}`)));
  if (operand.moved) return null;
  const strides = stridesOf(operand.type.shape);
  const found = from.type.shape.map(() => 0);
  let offset = 0;
  for (const position of withStarts(positions)) {
    const stride = strides[position.first + position.axes - 1] ?? 0;
    offset += position.offset * stride;
    for (const [name, factor] of position.terms) found[Number(name.slice(1))]! += factor * stride;
  }
  return { operand, strides: found, offset };
}
