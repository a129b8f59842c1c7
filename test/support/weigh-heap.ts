import { sweepExpressions } from '@unfoldjs/core';
import { getHeapSnapshot } from 'node:v8';

/** The switches of Node with which `weighHeap` counts what programs hold and not what V8 makes of code: no optimised code, and whatever else is compiled goes with each collection. */
export const weighingSwitches: readonly string[] = ['--expose-gc', '--no-opt', '--stress-flush-code', '--flush-baseline-code'];

interface Snapshot {
  readonly snapshot: { readonly meta: { readonly node_fields: readonly string[] } };
  readonly nodes: readonly number[];
}

/**
 * Bytes of everything that can be reached on the heap, and of the arrays that lie beside it: the sum of a snapshot. What V8 says that it uses
 * contains, besides, free ends of its pages, which come and go by a hundred kilobytes.
 */
export async function weighHeap(): Promise<number> {
  const { gc } = globalThis as { gc?: () => void };
  if (!gc) throw new Error(`weighing needs ${weighingSwitches.join(' ')}`);
  // What is found to be garbage is taken away in later turns of the event loop only, and its entries in the table of expressions when that is next looked through.
  for (let turn = 0; turn < 4; turn++) {
    gc();
    sweepExpressions();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const parts: string[] = [];
  for await (const part of getHeapSnapshot()) parts.push(String(part));
  const { snapshot, nodes } = JSON.parse(parts.join('')) as Snapshot;
  const { node_fields: fields } = snapshot.meta;
  let bytes = 0;
  for (let at = fields.indexOf('self_size'); at < nodes.length; at += fields.length) bytes += nodes[at]!;
  return bytes;
}
