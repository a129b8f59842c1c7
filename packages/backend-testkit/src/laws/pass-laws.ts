import { formatType, Tensor, type Backend } from '@unfoldjs/core';
import { checkTypes, drawFrom, lower, recorder, runPass, undo, viewOf, type ConstantPool, type Draw, type Graph, type Measure, type Pass, type PassResult, type RuleNotes } from '@unfoldjs/core/rules';
import { check, fail } from '../support/fail.js';
import { samePlain } from './same-plain.js';
import { graphGradients } from './graph-gradients.js';
import { graphValues } from './graph-values.js';

export type Target = Backend | NonNullable<RuleNotes['target']>;

/** A pass, and the family of graphs that it is tried on. */
export interface Tried extends Pick<RuleNotes, 'build' | 'first' | 'zeroMayChangeSign'> {
  readonly pass: Pass;
  /** What must fall wherever the pass changes something; null where no one measure tells. */
  readonly saves: Measure | null;
}

/** A graph, and what the pass made of it. */
export interface Setting {
  readonly before: Graph;
  readonly pool: ConstantPool;
  readonly result: PassResult;
}

type OpenDraw = ReturnType<typeof drawFrom>;

/** Builds a graph of the family and runs the pass on it; `isDisturbed` now and then adds a reader to a node in the middle. */
export function settingOf({ pass, build, first }: Tried, target: Target, draw: OpenDraw, isDisturbed = false): Setting {
  const built = build(draw);
  const plain = Array.isArray(built) ? (built as readonly Tensor[]) : [built as Tensor];
  const outputs = isDisturbed ? disturbed(plain, draw) : plain;
  const { graph, pool } = lower(
    outputs.map(({ expr }) => expr),
    { arguments: draw.inputs.map(({ expr }) => expr) },
  );
  const before = first ? runPass({ name: 'first', rules: first }, graph, { pool, target }).after : graph;
  return { before, pool, result: runPass(pass, before, { pool, target, recorder }) };
}

/** What a rule takes for its own then has another reader. */
function disturbed(outputs: readonly Tensor[], draw: Draw): readonly Tensor[] {
  if (draw.integer(0, 2) > 0) return outputs;
  const inner = outputs[0]!.expr.inputs;
  return inner.length === 0 ? outputs : [...outputs, new Tensor(draw.pick(inner))];
}

const typesOf = (graph: Graph): string => graph.outputs.map((id) => formatType(graph.nodes[id]!.type)).join();

/** Types and values are what they were. */
export async function checkMeaning({ before, pool, result: { after } }: Setting, backend: Backend, zeroMayChangeSign = false): Promise<void> {
  checkTypes(after, 'the rule');
  check(typesOf(after) === typesOf(before), () => `the outputs are of type ${typesOf(after)} after the rewrite; they must stay ${typesOf(before)}.`);
  const same = (a: number, b: number): boolean => (zeroMayChangeSign ? a === b || (a !== a && b !== b) : Object.is(a, b));
  const [values, expected] = [await graphValues(after, pool, backend), await graphValues(before, pool, backend)];
  values.forEach((data, i) => {
    const wanted = expected[i]!;
    check(data.length === wanted.length && data.every((value, k) => same(value, wanted[k]!)), () => `output ${i} is [${data.join(', ')}] after the rewrite; it must stay [${wanted.join(', ')}].`);
  });
}

/**
 * In doubles, so that what a rule sums in another order is lost in what it may round: constants that it folds, to float32. That is
 * 2^-24 of each; 2^-21 of the largest gradient leaves room for eight of them in one.
 */
export function checkGradients({ before, pool, result: { after } }: Setting): void {
  const expected = graphGradients(before, pool);
  if (!expected) return;
  const actual = graphGradients(after, pool) ?? fail('the rewrite takes gradients away.');
  const largest = expected.flatMap((data) => Array.from(data, Math.abs).filter(Number.isFinite)).reduce((most, value) => Math.max(most, value), 1);
  actual.forEach((data, i) => {
    const wanted = expected[i]!;
    const isSame = data.every((value, k) => Object.is(value, wanted[k]) || Math.abs(value - wanted[k]!) <= 2 ** -21 * largest);
    check(isSame, () => `the gradient for input ${i} is [${data.join(', ')}] after the rewrite; it must stay [${wanted.join(', ')}].`);
  });
}

export function checkUndo({ before, result: { after, patches, inversePatches } }: Setting): void {
  check(samePlain(undo(after, inversePatches), before), () => 'the inverse patches do not give the graph of before.');
  check(samePlain(undo(before, patches), after), () => 'the patches do not give the graph of after.');
}

export function checkFixedPoint({ pool, result }: Setting, pass: Pass, target: Target): void {
  const again = runPass(pass, result.after, { pool, target, recorder });
  check(again.after === result.after, () => `a second run changes the graph again: ${again.hits.map(({ rule }) => rule.name).join(', ')}.`);
}

export function checkMeasure({ before, result: { after, hits } }: Setting, saves: Measure, target: Target): void {
  if (hits.length === 0) return;
  const total = (graph: Graph): number => viewOf(graph).order.reduce((sum, id) => sum + saves.of(graph.nodes[id]!, { node: (node) => graph.nodes[node]!, target }), 0);
  check(total(after) < total(before), () => `${saves.unit}: ${total(after)} after the rewrite and ${total(before)} before; they must become fewer.`);
  for (const { rule, saved } of hits) check(saved > 0, () => `a rewrite of ${rule.name} saved ${saved} ${saves.unit}; it must save some.`);
}
