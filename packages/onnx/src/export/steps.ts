import { formatType, placeholder, type Attrs, type OpDef, type Tensor, type TensorType } from '@unfoldjs/core';
import { constantOp, inputOp, traceFunction, type Lowered, type NodeId } from '@unfoldjs/core/rules';
import type { HostArray } from '../model/host-array.js';
import type { ExportForms, Facts } from './ops/form.js';
import type { Refusals } from './refusals.js';

/** One op of the graph that is written, with the places of its operands in the list. Data and inputs are steps too. */
export interface Step {
  readonly op: OpDef;
  readonly inputs: readonly number[];
  readonly attrs: Attrs;
  readonly type: TensorType;
  /** The elements of a constant. */
  readonly host?: HostArray;
  /** The user's line, where lines are captured. */
  readonly source?: string;
}

export interface Steps {
  readonly list: readonly Step[];
  readonly outputs: readonly number[];
}

/**
 * The graph as a list in which every op has a form in ONNX; all others stand there by their definitions. The first steps are the inputs.
 *
 * @param captured - the elements of the inputs that follow the arguments: data which the function closes over.
 */
export function stepsOf(lowered: Lowered, captured: readonly HostArray[], { forms, opset }: { readonly forms: ExportForms; readonly opset: number }, refusals: Refusals): Steps {
  const list: Step[] = [];
  const add = (step: Step): number => list.push(step) - 1;
  const constants = new Map<unknown, number>();

  const constant = (op: OpDef, host: HostArray, key: unknown): number => {
    const known = constants.get(key);
    if (known !== undefined) return known;
    const at = add({ op, inputs: [], attrs: {}, type: { dtype: host.dtype, shape: host.shape }, host });
    constants.set(key, at);
    return at;
  };

  const write = ({ graph, pool }: Lowered, leaves: readonly number[]): number[] => {
    const places = new Map<NodeId, number>();
    for (const { id, op, inputs, attrs, type, source } of Object.values(graph.nodes)) {
      const operands = inputs.map((input) => places.get(input)!);
      const place = (): number => {
        if (op === inputOp) return leaves[attrs['index'] as number]!;
        if (op === constantOp) {
          const data = pool.get(attrs['key'] as number);
          return constant(op, { ...type, data }, data);
        }
        if (op.isLeaf) return constant(op, { ...type, data: [Number(attrs['value'])] }, `${type.dtype}${Object.is(attrs['value'], -0) ? '-0' : String(attrs['value'])}`);
        const types = operands.map((at) => list[at]!.type);
        const form = Object.hasOwn(forms, op.name) ? forms[op.name] : undefined;
        const facts: Facts = { types, attrs, opset, output: type };
        if (form && (form.when?.(facts) ?? true)) return add({ op, inputs: operands, attrs, type, ...(source !== undefined && { source }) });
        const definition = definitionOf(op, attrs, type, types);
        if (definition) return write(definition, operands)[0]!;
        refusals.add({ op: op.name, source, why: form ? `it has no form for ${types.map(formatType).join(' and ')} in opset ${opset}` : 'it has no form in ONNX' });
        return add({ op, inputs: operands, attrs, type });
      };
      places.set(id, place());
    }
    return graph.outputs.map((id) => places.get(id)!);
  };

  const { graph } = lowered;
  const count = graph.inputs.length - captured.length;
  const leaves = graph.inputs.map((id, i) => {
    const { op, attrs, type } = graph.nodes[id]!;
    return i < count ? add({ op, inputs: [], attrs, type }) : constant(op, captured[i - count]!, captured[i - count]);
  });
  return { list, outputs: write(lowered, leaves) };
}

function definitionOf(op: OpDef, attrs: Attrs, type: TensorType, types: readonly TensorType[]): Lowered | null {
  if (op.isPrimitive) return null;
  const tree = types.map(({ shape, dtype }) => placeholder(shape, dtype));
  const { lowered } = traceFunction((...inputs: Tensor[]) => op.decompose(inputs, attrs, type)!, { tree, leaves: tree, paths: [], structure: '' }, types);
  return lowered;
}
