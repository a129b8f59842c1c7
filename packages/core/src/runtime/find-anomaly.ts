import type { Operand } from '../errors/unfold-error.js';
import type { Expr } from '../expr/expr.js';
import { dataOp } from '../expr/leaves.js';
import { withSourceLines } from '../expr/source-lines.js';
import { expressionOrder, resultOf } from '../graph/lower.js';
import { Tensor } from '../tensor/tensor.js';
import { leavesOf, type Tree } from '../tensor/tree.js';
import type { TensorType } from '../types/tensor-type.js';
import { evaluate } from './evaluate.js';

/** The operation that made a NaN or an infinity of finite numbers. */
export interface Anomaly {
  readonly value: 'NaN' | 'Infinity' | '-Infinity';
  /** Null where the value was in the data already. */
  readonly op: string | null;
  /** The data's name among those that were passed; null for the result of an operation. */
  readonly data: string | null;
  readonly type: TensorType;
  readonly operands: readonly Operand[];
  /** The user's line. For a gradient, the line of the operation whose gradient it is. */
  readonly source: string | null;
}

/**
 * Finds where the first NaN or infinity in some tensors comes from. `build` makes the tensors, with source lines captured; then every
 * operation beneath them runs by itself, in order, and the results are looked at. What is not finite but never reaches the tensors
 * does not count. Null where they are finite.
 *
 * @param named data that may hold such numbers already, with its names.
 * @throws {UnfoldError} as `evaluate`.
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { findAnomaly } from '@unfoldjs/core/explain';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * const found = await findAnomaly(() => tensor([1, 0]).sub(1).log().sum());
 * found?.op; // => 'log'
 * found?.value; // => '-Infinity'
 */
export async function findAnomaly(build: () => Tree<Tensor>, named: ReadonlyMap<Tensor, string> = new Map()): Promise<Anomaly | null> {
  const roots = leavesOf(withSourceLines(build), 'findAnomaly').map(({ expr }) => expr);
  const order = expressionOrder(roots);
  // Operands as they are now: once they are computed, `resultOf` gives leaves.
  const operands = new Map(order.map((expr) => [expr, expr.inputs.map(resultOf)]));
  const results: Tensor[] = [];
  const bad = new Map<Expr, Anomaly['value']>();
  try {
    for (const expr of order) {
      if (expr.op.isLeaf && expr.op !== dataOp) continue;
      const tensor = new Tensor(expr);
      if (!expr.op.isLeaf) {
        results.push(tensor);
        await evaluate(tensor);
      }
      const value = expr.type.dtype === 'float32' ? (await tensor.data()).find((each) => !Number.isFinite(each)) : undefined;
      if (value !== undefined) bad.set(expr, String(value) as Anomaly['value']);
    }
  } finally {
    for (const tensor of results) tensor.dispose();
  }
  const reaching = new Set(roots.filter((expr) => bad.has(expr)));
  for (const expr of order.toReversed()) if (reaching.has(expr)) for (const input of operands.get(expr)!) if (bad.has(input)) reaching.add(input);
  const first = order.find((expr) => reaching.has(expr));
  if (!first) return null;
  const isData = first.op === dataOp;
  return {
    value: bad.get(first)!,
    op: isData ? null : first.op.name,
    data: isData ? ([...named].find(([tensor]) => tensor.expr === first)?.[1] ?? 'data') : null,
    type: first.type,
    operands: operands.get(first)!.map(({ type }, i) => ({ name: first.op.argName(i), type })),
    source: first.source ?? null,
  };
}
