import type { Attrs } from '../expr/attrs.js';
import { makeExpr, type Expr } from '../expr/expr.js';
import { argumentOp, literalOp, rangeOp } from '../expr/leaves.js';
import type { OpDef } from '../expr/op-def.js';
import { Tensor } from '../tensor/tensor.js';
import type { TypedArray } from '../types/dtype.js';
import type { TensorType } from '../types/tensor-type.js';
import type { NodeId } from './graph.js';
import { elementsOf, expressionOrder } from './lower.js';

/** Where grafted nodes go. Both return the id of an equal node where there is one. */
export interface NodeSink {
  add(op: OpDef, inputs: readonly NodeId[], attrs: Attrs, type: TensorType): NodeId;
  addConstant(data: TypedArray, type: TensorType): NodeId;
}

/** Trace number of holes in grafts; traces of compiled functions count from 0. */
const graftTrace = -1;

/**
 * Writes plain tensor code into a graph: calls `build` on holes of the given types and inserts the expressions it makes, the
 * holes standing for the nodes `inputs`. So decompositions and rewrites are written with the same words as user code.
 */
export function graft(
  build: (inputs: readonly Tensor[]) => Tensor,
  inputs: readonly { readonly id: NodeId; readonly type: TensorType }[],
  sink: NodeSink,
): NodeId {
  const ids = new Map<Expr, NodeId>();
  const holes = inputs.map(({ id, type }, index) => {
    const hole = makeExpr(argumentOp, [], { trace: graftTrace, index, dtype: type.dtype, shape: type.shape });
    ids.set(hole, id);
    return new Tensor(hole);
  });
  const root = build(holes).expr;
  for (const expr of expressionOrder([root])) {
    if (ids.has(expr)) continue;
    const id =
      expr.op === literalOp || expr.op === rangeOp
        ? sink.addConstant(elementsOf(expr), expr.type)
        : sink.add(expr.op, expr.inputs.map((input) => ids.get(input)!), expr.attrs, expr.type);
    ids.set(expr, id);
  }
  return ids.get(root)!;
}
