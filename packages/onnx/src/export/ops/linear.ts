import type { ExportCall } from '../call.js';
import { identity, type Perm } from '../value.js';
import type { ExportForm, ExportForms } from './form.js';

interface MatmulAttrs {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** The last two axes changed. */
const turned = (rank: number): Perm => identity(rank).map((axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));

/** One product; as Gemm, which takes matrices the other way round, where that saves a transpose. */
const matmul: ExportForm = {
  write(call: ExportCall<MatmulAttrs>) {
    const { transposeA, transposeB } = call.attrs;
    const operands = ([[call.input(0), transposeA], [call.input(1), transposeB]] as const).map(([value, isTurned]) => (isTurned ? value.transposed(turned(value.rank), false) : value));
    const canTurn = operands.every(({ rank }) => rank === 2) && call.dtype === 'float32';
    const flags = operands.map((value) => canTurn && value.lies(turned(2)) && !value.lies(identity(2)));
    const wires = operands.map((value, i) => value.wire(flags[i] ? turned(2) : identity(value.rank)));
    if (!flags.includes(true)) return call.made(call.graph.node('MatMul', wires));
    return call.made(call.graph.node('Gemm', wires, { transA: Number(flags[0]), transB: Number(flags[1]) }));
  },
};

export const linearForms = (): ExportForms => ({ matmul });
