import { broadcastStrides, sizeOf, stridesOf, type Step } from '@unfoldjs/core';
import { strided } from '../elementwise/strided.js';
import { beyond, kept, operand, output, scratch, type Call, type Kept, type Lowered, type Place } from '../plan/lowered.js';
import { packedSize, product } from '../products/product.js';
import { chooseRows } from '../products/tilings.js';
import type { Walk } from '../products/tile.js';
import type { Settings } from '../settings.js';
import { packCalls } from './convolution.js';
import { withEpilogue } from './epilogue.js';

/** The most elements of a run that one walk over a panel takes before the sums wait: a panel of them is 16 kB. */
const runLength = 512;

/** A row of a matrix as runs of equal length, so that a product can be cut between them. */
export function rowWalk(depth: number): Walk {
  const runs = Math.ceil(depth / runLength);
  for (let count = runs; count < 2 * runs; count++) {
    if (depth % count === 0) return { levels: count > 1 ? [{ count, step: (4 * depth) / count }] : [], length: depth / count, kStep: 4 };
  }
  return { levels: [], length: depth, kStep: 4 };
}

/** `matmul` and `matmulEpilogue`, all four transpositions, batched; of int32 without an epilogue. */
export function matmul(step: Step, settings: Settings): Lowered | null {
  const { op, attrs, inputs, type } = step;
  if (op.name !== 'matmul' && op.name !== 'matmulEpilogue') return null;
  const [left, right] = inputs as [Step['inputs'][0], Step['inputs'][0]];
  const isInteger = left.type.dtype === 'int32';
  if ((isInteger && op.name !== 'matmul') || [left.type, right.type, type].some(({ shape }) => sizeOf(shape) === 0)) return null;
  const [m, n] = type.shape.slice(-2) as [number, number];
  const k = left.type.shape.at(attrs.transposeA ? -2 : -1)!;
  const epilogue = withEpilogue(step, n);
  if (!epilogue) return null;

  const batch = type.shape.slice(0, -2);
  const batches = sizeOf(batch);
  /** The matrices of an operand: all of them, the only one, or, where it is repeated along some axes, as the batch sees them. */
  const matricesOf = ({ type: { shape } }: Step['inputs'][0]): { counts: readonly number[]; steps: readonly number[]; isRepeated: boolean } => {
    const lead = shape.slice(0, -2);
    const size = sizeOf(shape.slice(-2));
    if (sizeOf(lead) === batches || sizeOf(lead) === 1) return { counts: [sizeOf(lead)], steps: [size], isRepeated: false };
    return { counts: batch, steps: broadcastStrides(lead, batch).map((stride) => stride * size), isRepeated: true };
  };
  const [aMatrices, bMatrices] = [matricesOf(left), matricesOf(right)];
  const aStep = sizeOf(aMatrices.counts) === batches ? m * k : 0;

  const calls: Call[] = [];
  let copyBytes = 0;
  let a: Place = operand(0);
  if (attrs.transposeA || aMatrices.isRepeated) {
    const shape = [...aMatrices.counts, m, k];
    const within = attrs.transposeA ? [1, m] : [k, 1];
    const copy = strided({ shape, inputs: [{ dtype: 'float32', strides: [...aMatrices.steps, ...within] }], output: { dtype: 'float32', strides: stridesOf(shape) }, body: [] });
    a = scratch(0);
    calls.push({ ...copy, places: [operand(0), a] });
    copyBytes = 4 * sizeOf(shape);
  }
  const panelFloats = packedSize(k, n);
  const bCount = sizeOf(bMatrices.counts);
  const packing = { matrices: bMatrices.counts, matrixSteps: bMatrices.steps, depth: [k], depthSteps: [attrs.transposeB ? 1 : n], columns: n, columnStep: attrs.transposeB ? k : 1 };
  const packed: Kept = { operand: 1, bytes: 4 * panelFloats * bCount, calls: packCalls(packing, operand(1), kept(0)) };

  const { place: result, scratchBytes } = epilogue.product(output(), copyBytes);
  for (const part of rowParts(m, n, settings)) {
    const multiply = product({
      outer: { count: batches, aStep: 4 * aStep, bStep: bCount === batches ? 4 * panelFloats : 0, cStep: 4 * m * n },
      inner: { count: part.lines, aStep: 4 * part.rows * k, bStep: 0, cStep: 4 * part.rows * n },
      rows: part.rows,
      rowStep: 4 * k,
      resultStep: 4 * n,
      walk: rowWalk(k),
      columns: n,
      ...epilogue.fused,
      tileRows: part.rows,
      fma: settings.fma,
      isInteger,
    });
    calls.push({ ...multiply, places: [beyond(a, 4 * part.from * k), kept(0), beyond(result, 4 * part.from * n), ...epilogue.extras(4 * part.from * n)] });
  }
  calls.push(...epilogue.calls(result));
  return { kernel: `product, tiles of ${rowParts(m, n, settings)[0]!.rows}x8`, reason: epilogue.reason, calls, scratchBytes, kept: [packed] };
}

interface Part {
  readonly from: number;
  readonly lines: number;
  readonly rows: number;
}

/** Rows of a matrix as lines of one tile, and the rest as a line of its own. */
function rowParts(m: number, n: number, settings: Settings): Part[] {
  const height = chooseRows(m, n, settings.fma);
  const lines = Math.floor(m / height);
  const rest = m % height;
  return [
    ...(lines > 0 ? [{ from: 0, lines, rows: height }] : []),
    ...(rest > 0 ? [{ from: m - rest, lines: 1, rows: rest }] : []),
  ];
}
