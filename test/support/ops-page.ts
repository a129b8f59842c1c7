// Writes docs/ops.md from the sources of the ops and the golden cases.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtInOps } from '@unfoldjs/core/reference';
import { adapters, leftOutCases, leftOutOps } from '../golden/adapters.js';
import type { GoldenCase, GradientCase } from '../golden/format.js';
import { readGolden, readGradients } from '../golden/read.js';
import { leftOutGradients } from '../golden/left-out-gradients.js';
import { withoutGradient } from '../gradients/rows.js';
import { root } from './workspace.js';

const opsFolder = join(root, 'packages/core/src/ops');

interface PublicFunction {
  readonly name: string;
  readonly room: string;
  readonly kind: string;
  readonly summary: string;
}

const rooms: Readonly<Record<string, string>> = {
  create: 'Creation',
  elementwise: 'Elementwise',
  reduce: 'Reductions',
  shape: 'Shape',
  linalg: 'Linear algebra',
  image: 'Images',
  norm: 'Normalisation and heads',
};

/** Every function that ops/index.ts publishes, in its order. */
export function publicFunctions(): PublicFunction[] {
  const index = readFileSync(join(opsFolder, 'index.ts'), 'utf8');
  return [...index.matchAll(/export \{ ([^}]+) \} from '\.\/([\w-]+)\/([\w-]+)\.js'/g)].flatMap(([, names, room, file]) => {
    const source = readFileSync(join(opsFolder, room!, `${file}.ts`), 'utf8');
    return names!
      .split(', ')
      .filter((name) => !name.startsWith('type '))
      .map((name) => ({ name, room: room!, kind: kindOf(name, source), summary: summaryOf(name, source) }));
  });
}

/** What a call of the function puts into the graph. */
function kindOf(name: string, source: string): string {
  const defined = [...source.matchAll(/export const \w+Op = (?:\/\* @__PURE__ \*\/ )?\w+(?:<[^>]*>)?\(\{\s*name: '(\w+)'/g)].map(([, op]) => builtInOps.get(op!)!);
  const op = defined.find((each) => each.name === name) ?? defined[0];
  if (!op) return 'composition';
  const word = op.isView ? 'view' : op.isPrimitive ? 'primitive' : 'op';
  return op.name === name ? word : `${word} \`${op.name}\``;
}

/** The first sentence of the doc comment. */
function summaryOf(name: string, source: string): string {
  const at = source.search(new RegExp(`export (?:const|function|async function) ${name}\\b`));
  const before = source.slice(0, at).trimEnd();
  if (at < 0 || !before.endsWith('*/')) throw new Error(`${name} has no doc comment`);
  const comment = before.slice(before.lastIndexOf('/**') + 3, -2).replace(/^\s*\* ?/gm, '').split(/\n\s*@|^\s*@/m)[0]!;
  const text = comment.replaceAll(/\{@link (\w+)\}/g, '`$1`').replace(/\s+/g, ' ').trim();
  const end = text.search(/\.(?= |$)/);
  return (end < 0 ? text : text.slice(0, end)).replaceAll('|', '\\|');
}

const counted = (cases: readonly GoldenCase[]): string => `${cases.length}`;

/** Golden operations by the function of ours that says them. */
function goldenOf(name: string, golden: ReturnType<typeof readGolden>): string {
  const ops = [...golden.keys()].filter((op) => adapters[op]?.uses.includes(name));
  const passed = ops.flatMap((op) => golden.get(op)!.filter(({ id, ambiguous }) => !(id in leftOutCases) && !ambiguous));
  if (ops.length === 0) return '';
  const others = ops.filter((op) => op !== name);
  return others.length === 0 ? counted(passed) : `${counted(passed)} (${ops.join(', ')})`;
}

const runsGradient = ({ id, ambiguous }: GradientCase): boolean => !(id in leftOutGradients) && !ambiguous;

/** Whether a function has a gradient, and how many golden ones pass. */
function gradientOf(name: string, gradients: ReturnType<typeof readGradients>): string {
  if (name in withoutGradient) return '';
  const passed = [...gradients.values()].flat().filter((each) => (adapters[each.of]?.uses.includes(name) ?? false) && runsGradient(each));
  return passed.length === 0 ? 'yes' : `yes, ${passed.length} golden`;
}

const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

export function opsPage(): string {
  const golden = readGolden();
  const gradients = readGradients();
  const allGradients = [...gradients.values()].flat();
  const all = [...golden.values()].flat();
  const functions = publicFunctions();
  const leftOut = all.filter(({ op, id, ambiguous }) => op in leftOutOps || id in leftOutCases || ambiguous);
  const sections = Object.entries(rooms).map(([room, title]) => {
    const rows = functions.filter((each) => each.room === room).map(({ name, kind, summary }) => [`\`${name}\``, kind, summary, goldenOf(name, golden), gradientOf(name, gradients)]);
    return `## ${title}\n\n${table(['function', 'in the graph', 'what it is', 'golden cases passed', 'gradient'], rows)}`;
  });
  const opRows = Object.entries(leftOutOps).map(([op, reason]) => [op, counted(golden.get(op)!), reason]);
  const caseRows = [
    ...Object.entries(leftOutCases).map(([id, reason]) => [id, reason]),
    ...all.filter(({ ambiguous, id }) => ambiguous && !(id in leftOutCases)).map(({ id, ambiguous }) => [id, `more than one answer is defensible: ${ambiguous}`]),
  ];
  return [
    '# Operations',
    '<!-- Written by test/ops-page.test.ts: UNFOLD_WRITE_DOCS=1 npm test -- ops-page -->',
    `${functions.length} functions. Every one whose first argument is a tensor is a method as well: \`relu(x)\`, \`x.relu()\`. *In the graph*: a \`primitive\` is run by every backend; an \`op\` has a decomposition into primitives, and a backend may have a kernel for it; a \`view\` costs nothing; a \`composition\` calls other functions. The word after it is the op's name, where it is another.`,
    `*Golden cases* are concrete inputs and results from the tests of TensorFlow.js and ONNX (\`test/golden\`): ${all.length - leftOut.length} of ${all.length} run on every backend, and pass. What is left out stands at the end.`,
    `*Gradient*: every function with a float32 operand and a float32 result has one, which is compared with central differences in doubles and, where TensorFlow.js has a right one, with that. Of ${allGradients.length} golden gradients ${allGradients.filter(runsGradient).length} run on every backend, and pass; the others lie at corners and ties, where more than one answer is defensible. Ours: ties of a maximum share in equal parts; \`relu\`, \`relu6\` and \`abs\` have slope 0 at their corners, \`clip\` slope 1 at its bounds; rounding has slope 0.`,
    ...sections,
    '## Left out',
    table(['operation', 'cases', 'why'], opRows),
    table(['case', 'why'], caseRows),
    '',
  ].join('\n\n').replace(/\n+$/, '\n');
}
