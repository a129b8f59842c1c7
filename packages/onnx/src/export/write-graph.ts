import type { HostArray } from '../model/host-array.js';
import { ExportCall, pairs, type Operand } from './call.js';
import type { GraphWriter, Wire } from './graph-writer.js';
import type { ExportForms } from './ops/form.js';
import { CannotWrite, type Refusals } from './refusals.js';
import type { Sizes } from './sizes.js';
import type { Step, Steps } from './steps.js';
import { Value } from './value.js';

interface Written {
  readonly graph: GraphWriter;
  readonly sizes: Sizes;
  readonly forms: ExportForms;
  readonly inputs: readonly Wire[];
  /** Names of constants by their elements. */
  readonly names: ReadonlyMap<unknown, string>;
  readonly refusals: Refusals;
}

/**
 * Writes the steps as nodes of ONNX, and gives the outputs.
 *
 * @param steps - of two traces with other free sizes; the same twice where no size is free.
 */
export function writeGraph([first, second]: readonly [Steps, Steps], { graph, sizes, forms, inputs, names, refusals }: Written): Value[] {
  const different = first.list.findIndex((step, at) => !isAlike(step, second.list[at]));
  if (different >= 0 || first.list.length !== second.list.length) {
    const step = first.list[Math.max(0, different)]!;
    refusals.add({ op: step.op.name, source: step.source, why: 'from here on the function does something else for another free size' });
    return [];
  }
  const uses = usesOf(first);
  const values: Value[] = [];
  first.list.forEach((step, at) => {
    const other = second.list[at]!;
    const wire = inputs[at];
    if (wire) values.push(Value.of(graph, step.type.dtype, pairs(step.type, other.type), wire));
    else if (step.host) values.push(Value.known(graph, step.host, names.get(step.host.data) ?? null));
    else values.push(written(step, other));
  });
  return first.outputs.map((at) => values[at]!);

  function written(step: Step, other: Step): Value {
    const operands = step.inputs.map((at): Operand => {
      const [a, b] = [first.list[at]!.host, second.list[at]!.host];
      return { value: values[at]!, isSole: uses[at] === 1, known: a && b ? [a, b] : null, varies: Boolean(a && b && !isEqual(a, b)) };
    });
    const call = new ExportCall<never>(graph, sizes, [step, other], operands);
    try {
      return forms[step.op.name]!.write(call);
    } catch (fault) {
      if (!(fault instanceof CannotWrite)) throw fault;
      refusals.add({ op: step.op.name, source: step.source, why: fault.message });
      return call.result({ name: '', hint: '' });
    }
  }
}

const isAlike = (a: Step, b: Step | undefined): boolean =>
  b !== undefined && a.op === b.op && a.type.dtype === b.type.dtype && a.type.shape.length === b.type.shape.length && a.inputs.length === b.inputs.length && a.inputs.every((input, i) => input === b.inputs[i]) && Boolean(a.host) === Boolean(b.host);

function isEqual(a: HostArray, b: HostArray): boolean {
  if (a.data === b.data) return true;
  if (a.data.length !== b.data.length || a.shape.join() !== b.shape.join()) return false;
  for (let i = 0; i < a.data.length; i++) if (!Object.is(a.data[i], b.data[i])) return false;
  return true;
}

/** How often each step is read, by others and as an output. */
function usesOf({ list, outputs }: Steps): number[] {
  const uses = list.map(() => 0);
  for (const at of [...list.flatMap(({ inputs }) => inputs), ...outputs]) uses[at]!++;
  return uses;
}
