import { formatTable, unfoldError } from '@unfoldjs/core';
import type { OnnxGraph, OnnxNode } from '../model/graph.js';
import { onnxOps } from '../ops/index.js';

/** The versions of ONNX's operators that are read. */
export const opsets = { oldest: 7, newest: 27 } as const;

/** Why a node cannot be read, or null. */
export function refusalOf({ op, domain, opset, attributes }: OnnxNode): string | null {
  if (domain !== '') return `the domain ${domain} is not read`;
  if (opset === null) return 'the file does not import its opset';
  const found = onnxOps.get(op);
  if (!found) return 'the operator is not read';
  if (opset < (found.since ?? opsets.oldest)) return `the operator begins with opset ${found.since ?? opsets.oldest}`;
  const unknown = attributes.names.filter((name) => !found.attributes.includes(name));
  return unknown.length > 0 ? `the attribute${unknown.length > 1 ? 's' : ''} ${unknown.join(', ')} ${unknown.length > 1 ? 'are' : 'is'} not read` : null;
}

/** A node that cannot be read. */
export interface UnsupportedNode {
  readonly name: string;
  readonly op: string;
  readonly domain: string;
  readonly opset: number | null;
  readonly reason: string;
}

/** Every node of a graph that cannot be read. */
export const unsupportedNodes = ({ nodes }: OnnxGraph): UnsupportedNode[] =>
  nodes.flatMap((node) => {
    const reason = refusalOf(node);
    return reason === null ? [] : [{ name: node.name, op: node.op, domain: node.domain || 'ai.onnx', opset: node.opset, reason }];
  });

/** Lists the rows of one reason once. */
const listed = (nodes: readonly UnsupportedNode[]): string => formatTable(['node', 'op', 'domain', 'opset', 'why'], nodes.map(({ name, op, domain, opset, reason }) => [name, op, domain, String(opset ?? 'none'), reason]));

/** @throws {UnfoldError} UNSUPPORTED_OP with every node that cannot be read, or with the opset where that cannot */
export function assertSupported(graph: OnnxGraph): void {
  const opset = graph.opsets.get('');
  if (opset !== undefined && (opset < opsets.oldest || opset > opsets.newest)) {
    throw unfoldError({
      code: 'UNSUPPORTED_OP',
      op: 'importOnnx',
      problem: `it is written for opset ${opset}, and opsets ${opsets.oldest} to ${opsets.newest} are read.`,
      fix: `convert it (\`onnx.version_converter.convert_version(model, 17)\`), or export it for another opset.`,
    });
  }
  const nodes = unsupportedNodes(graph);
  if (nodes.length === 0) return;
  throw unfoldError({
    code: 'UNSUPPORTED_OP',
    op: 'importOnnx',
    problem: `${nodes.length} of its ${graph.nodes.length} nodes cannot be read.\n\n${listed(nodes)}`,
    fix: 'export the model with operators of ai.onnx alone (simplify it, or leave out pre- and post-processing), or cut it before these nodes.',
  });
}
