import { sizeOf } from '@unfoldjs/core';
import type { ModeFacts } from '../modes.js';

/**
 * Declares a variable that gpu.js infers as an integer, which spares a conversion at each read that it indexes. It does so for
 * variables that are counted up; `let p = 0` alone would be a float.
 */
export const integer = (name: string, value: string): string => `let ${name} = 0; ${name}++; ${name} = ${value};`;

/**
 * The same statements with floats: in WebGL gpu.js gives `const` and Math.floor floats and then cannot assign them to integers.
 * Whole numbers are exact in both up to the size of tensors that is allowed.
 */
export const withFloatIndices = (source: string): string => source.replace(/let (\w+) = 0; \1\+\+;/g, 'let $1 = 0.0;');

/** One term of an index: a variable (or an expression) times a stride. */
export type Term = readonly [name: string, stride: number];

/** `y * 12 + x + 5`, without the terms that are zero. */
export function affine(terms: readonly Term[], offset = 0): string {
  const parts: string[] = [];
  let constant = offset;
  for (const [name, stride] of terms) {
    if (stride === 0 || name === '0') continue;
    if (/^-?\d+$/.test(name)) constant += Number(name) * stride;
    else if (stride === 1) parts.push(`+ ${name}`);
    else parts.push(`${stride < 0 ? '-' : '+'} ${name}${Math.abs(stride) === 1 ? '' : ` * ${Math.abs(stride)}`}`);
  }
  // A positive term first: gpu.js has no unary minus for integers in every mode.
  parts.sort((a, b) => Number(a[0] === '-') - Number(b[0] === '-'));
  if (parts.length === 0) return String(constant);
  const body = parts[0]!.startsWith('+ ') ? [parts[0]!.slice(2), ...parts.slice(1)] : [String(constant), ...parts];
  if (parts[0]!.startsWith('+ ') && constant !== 0) body.push(constant < 0 ? `- ${-constant}` : `+ ${constant}`);
  return body.join(' ');
}

/** The threads of a kernel that writes a tensor, and the index along each of its axes. */
export interface Grid {
  readonly output: readonly number[];
  /** Statements that come first. */
  readonly lines: readonly string[];
  /** The index along each axis of the shape: a name, or `0` for axes of size 1. */
  readonly axes: readonly string[];
}

/** A grid for `size` elements in one row, and the position of a thread in it. It may have a few threads more than elements. */
export function rowGrid(size: number, { maxThreads }: ModeFacts): { output: readonly number[]; position: string } {
  if (maxThreads === null || size <= maxThreads[0]) return { output: [Math.max(1, size)], position: 'this.thread.x' };
  const width = 2 ** 16;
  return { output: [width, Math.ceil(size / width)], position: `this.thread.y * ${width} + this.thread.x` };
}

/**
 * One thread an element of `shape`. The last axes are x and y of the grid and cost nothing; all others are z, decoded by
 * division. A last axis that does not fill the lanes is joined with the one before it. Where only flat results can be read on,
 * everything is decoded from x.
 */
export function gridOf(shape: readonly number[], facts: ModeFacts, prefix = 'i'): Grid {
  const axes = shape.map((dim, axis) => (dim === 1 ? '0' : `${prefix}${axis}`));
  const wide = shape.map((dim, axis) => [axes[axis]!, dim] as const).filter(([, dim]) => dim !== 1);
  const groups = groupAxes(wide, facts);
  const output = groups.map((group) => sizeOf(group.map(([, dim]) => dim)));
  if (facts.maxThreads?.some((most, k) => (output[k] ?? 1) > most)) {
    const row = rowGrid(sizeOf(shape), facts);
    return { output: row.output, lines: [integer(`${prefix}row`, row.position), ...decode(`${prefix}row`, wide)], axes };
  }
  const lines = groups.flatMap((group, k) => {
    const thread = `this.thread.${'xyz'[k]}`;
    return group.length === 1 ? [`const ${group[0]![0]} = ${thread};`] : decode(thread, group);
  });
  return { output: output.length === 0 ? [1] : output, lines, axes };
}

type NamedAxis = readonly [name: string, dim: number];

/** The axes that become x, y and z of a grid, each with the slowest first. */
function groupAxes(axes: readonly NamedAxis[], { flat, lanes }: ModeFacts): NamedAxis[][] {
  if (axes.length === 0) return [];
  if (flat) return [[...axes]];
  const rest = [...axes];
  const x = [rest.pop()!];
  if (x[0]![1] % lanes !== 0 && rest.length > 0) x.unshift(rest.pop()!);
  const y = rest.splice(-1);
  return [x, y, rest].filter((group) => group.length > 0);
}

/** Statements that take a row-major position apart into its indices, the last axis fastest. */
export function decode(position: string, axes: readonly NamedAxis[]): string[] {
  const lines: string[] = [];
  let rest = position;
  for (let k = axes.length - 1; k > 0; k--) {
    const [name, dim] = axes[k]!;
    const next = k === 1 ? axes[0]![0] : `${name}above`;
    lines.push(integer(next, `Math.floor(${rest} / ${dim})`), integer(name, `${rest} - ${next} * ${dim}`));
    rest = next;
  }
  if (axes.length === 1) lines.push(integer(axes[0]![0], rest));
  return lines;
}

/** A shape with the strides of some operands along it. */
export interface Walk {
  readonly shape: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

/** The same elements in the same order with as few axes as can be: axes that all operands walk as one become one. */
export function collapse({ shape, strides }: Walk): Walk {
  const outShape: number[] = [];
  const outStrides: number[][] = strides.map(() => []);
  for (let axis = 0; axis < shape.length; axis++) {
    const dim = shape[axis]!;
    if (dim === 1) continue;
    const last = outShape.length - 1;
    if (last >= 0 && strides.every((own, k) => outStrides[k]![last] === own[axis]! * dim)) {
      outShape[last]! *= dim;
      strides.forEach((own, k) => (outStrides[k]![last] = own[axis]!));
    } else {
      outShape.push(dim);
      strides.forEach((own, k) => outStrides[k]!.push(own[axis]!));
    }
  }
  return { shape: outShape, strides: outStrides };
}
