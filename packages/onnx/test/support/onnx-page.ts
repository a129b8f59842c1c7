import { operators } from '@unfoldjs/onnx';
import type { NodeTest } from './node-tests.js';
import { skippedNodeTests, skipReasonOf } from './skipped-node-tests.js';

const start = '<!-- Written by packages/onnx/test/node-tests.test.ts: UNFOLD_WRITE_DOCS=1 npm test -- node-tests -->';

const table = (header: readonly string[], rows: readonly (readonly string[])[]): string => [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** docs/onnx.md with its tables as the tests are; what stands above them is written by hand. */
export function onnxPage(old: string, tests: readonly NodeTest[]): string {
  const passed = tests.filter(({ name }) => skipReasonOf(name) === null);
  const countOf = (all: readonly NodeTest[], op: string): number => all.filter(({ ops }) => ops.includes(op)).length;
  const rows = operators().map(({ name, since, attributes }) => [`\`${name}\``, `${since}`, attributes.map((each) => `\`${each}\``).join(' '), `${countOf(passed, name) || ''}`]);
  const skips = Object.entries(skippedNodeTests).map(([reason, names]) => [reason, names.map((name) => `\`${name}\``).join(' ')]);
  return [
    old.slice(0, old.indexOf(start)).trimEnd(),
    start,
    '## Operators',
    `${rows.length} operators. *Since* is the first opset, of those that are read, that has the operator; each is read in all its later versions. *Tests* counts those of ONNX 1.12 itself (https://github.com/onnx/onnx/tree/v1.12.0/onnx/backend/test/data/node) that have the operator and pass, on the cpu and the wasm backend, with their inputs as inputs and as constants: ${passed.length} of the ${tests.length} whose operators are all read.`,
    table(['operator', 'since', 'attributes', 'tests'], rows),
    '## Tests of ONNX that are left out',
    table(['why', 'tests'], skips),
    '',
  ].join('\n\n').replace(/\n+$/, '\n');
}
