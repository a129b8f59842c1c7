import { UnfoldError, type Shape } from '@unfoldjs/core';
import { checkedInput, type ImportOptions } from './import-onnx.js';
import { inspectionText } from './inspection-text.js';
import { graphOf, type OnnxGraph, type OnnxNode, type ValueInfo } from './model/graph.js';
import { readModel } from './model/read-model.js';
import { constantOf } from './ops/constant.js';
import { readSource, type OnnxSource } from './read-source.js';
import { Call } from './run/call.js';
import { constantsOf, type Constants } from './run/params.js';
import { opsets, refusalOf } from './run/support.js';
import { neededFor, traceGraph, type Watch } from './run/trace.js';
import { Value } from './run/value.js';
import { summarize, type OnnxSummary, type OnnxSummaryOptions, type OnnxSummaryRow } from './summary.js';

export type InspectOptions = Pick<ImportOptions, 'readExternal'> & OnnxSummaryOptions;

/** One node of a model, whether it can be read or not. */
export interface InspectedNode {
  readonly name: string;
  readonly op: string;
  /** Shapes are null where they are not known: of a node that cannot be read, behind one, and behind inputs of free sizes. */
  readonly outputs: readonly { readonly name: string; readonly shape: Shape | null }[];
  /** Trained numbers that this node is the first to read. */
  readonly params: number;
  /** As in `summary`; null where shapes are not known. */
  readonly flops: number | null;
  /** Why it cannot be read; null where it can. */
  readonly reason: string | null;
}

/** What a file holds. */
export interface OnnxInspection {
  readonly producer: string;
  /** The versions of the domains of operators; ONNX's own is ''. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly nodes: readonly InspectedNode[];
  readonly params: number;
  readonly paramBytes: number;
  /** Of the nodes whose shapes are known; null where there are none. */
  readonly flops: number | null;
  /** As in `summary`, of the nodes whose shapes are known; null where there are none. */
  readonly peakBytes: number | null;
  /** How many nodes cannot be read. */
  readonly unsupported: number;
  /** Inputs of free sizes, whose shapes were not given. */
  readonly free: readonly ValueInfo[];
  toString(): string;
}

/**
 * Lists what an ONNX file holds, also where `importOnnx` refuses it: every node with its result, parameters and work, and the reason where it
 * cannot be read. Nothing runs.
 *
 * @param options - `shapes` gives those of inputs whose sizes are free (only the first axis is 1 by default).
 * @throws {UnfoldError} INVALID_FILE for a file that is broken; SHAPE_MISMATCH for given shapes that the file forbids.
 */
export async function inspectOnnx(source: OnnxSource, { shapes = {}, readExternal: given }: InspectOptions = {}): Promise<OnnxInspection> {
  const { bytes, readExternal } = await readSource(source, given);
  const proto = readModel(bytes);
  const graph = graphOf(proto, await readExternal(proto));
  const reasons = staticReasons(graph);
  const constants = constantsOf({ ...graph, nodes: graph.nodes.filter((node) => !(node.op === 'Constant' && reasons.has(node))) });
  const needed = neededFor(graph.nodes, graph.outputs.map(({ name }) => name), constants.values);
  const free = graph.inputs.filter(({ name, shape }) => !Object.hasOwn(shapes, name) && !(shape && shape.every((dim, axis) => axis === 0 || typeof dim === 'number')));

  const traced: OnnxNode[] = [];
  const summarizeAll = (): OnnxSummary =>
    summarize(graph, constants, { shapes }, (inputs, watch) => {
      const values = new Map([...constants.values, ...graph.inputs.map((info, i) => [info.name, Value.of(checkedInput(info, inputs[i]))] as const)]);
      traceWhatCan(graph, graph.nodes.filter((node) => needed.has(node)), values, reasons, (node, ...rest) => {
        traced.push(node);
        watch(node, ...rest);
      });
    });
  const summary = free.length === 0 && readsOpset(graph) ? summarizeAll() : null;
  const rows = new Map(traced.map((node, i) => [node, summary!.rows[i]!]));
  const own = ownParams(graph, constants);
  const nodes = graph.nodes.filter((node) => needed.has(node) || reasons.has(node)).map((node) => inspected(node, rows.get(node), own.get(node) ?? 0, reasons.get(node) ?? null));
  const params = [...constants.params.values()].reduce((sum, { size }) => sum + size, 0);
  const { producer, inputs, outputs } = graph;
  const found = { producer, opsets: graph.opsets, inputs, outputs, nodes, params, paramBytes: params * 4, flops: summary?.flops ?? null, peakBytes: summary?.peakBytes ?? null, unsupported: reasons.size, free };
  return { ...found, toString: () => inspectionText(found) };
}

function readsOpset({ opsets: own }: OnnxGraph): boolean {
  const opset = own.get('');
  return opset === undefined || (opset >= opsets.oldest && opset <= opsets.newest);
}

/** What is known to be unreadable before any shape is. */
function staticReasons(graph: OnnxGraph): Map<OnnxNode, string> {
  const reasons = new Map<OnnxNode, string>();
  for (const node of graph.nodes) {
    const reason = node.domain === '' && !readsOpset(graph) ? `opset ${node.opset} is not read; opsets ${opsets.oldest} to ${opsets.newest} are` : (refusalOf(node) ?? (node.op === 'Constant' ? refusalIn(() => constantOf(new Call(node, []))) : null));
    if (reason !== null) reasons.set(node, reason);
  }
  return reasons;
}

/** The problem of an UNSUPPORTED_OP that `work` throws, without the name of the node; null where it throws none. */
function refusalIn(work: () => void): string | null {
  try {
    work();
    return null;
  } catch (fault) {
    if (fault instanceof UnfoldError && fault.code === 'UNSUPPORTED_OP') return fault.problem.replace(/^.*? cannot be read: /s, '').replace(/\.$/, '');
    throw fault;
  }
}

/** Node by node, so that what depends on no unreadable one has its shapes. */
function traceWhatCan(graph: OnnxGraph, nodes: readonly OnnxNode[], values: Map<string, Value>, reasons: Map<OnnxNode, string>, watch: Watch): void {
  for (const node of nodes) {
    if (reasons.has(node) || node.inputs.some((name) => name !== '' && !values.has(name))) continue;
    const reason = refusalIn(() => traceGraph({ ...graph, nodes: [node] }, values, node.outputs, watch));
    if (reason !== null) reasons.set(node, reason);
  }
}

/** How many trained numbers each node is the first to read. */
function ownParams({ nodes }: OnnxGraph, { params }: Constants): Map<OnnxNode, number> {
  const seen = new Set<string>();
  return new Map(
    nodes.map((node) => {
      const own = [...new Set(node.inputs)].filter((name) => params.has(name) && !seen.has(name));
      own.forEach((name) => seen.add(name));
      return [node, own.reduce((sum, name) => sum + params.get(name)!.size, 0)];
    }),
  );
}

const inspected = ({ name, op, domain, outputs }: OnnxNode, row: OnnxSummaryRow | undefined, params: number, reason: string | null): InspectedNode => ({
  name,
  op: domain === '' ? op : `${domain}.${op}`,
  outputs: row?.outputs ?? outputs.filter((output) => output !== '').map((output) => ({ name: output, shape: null })),
  params,
  flops: row?.flops ?? null,
  reason,
});
