import { applyPatches } from 'immer';
import { expect } from 'chai';
import fc from 'fast-check';
import { formatType, setBackend, type Backend, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import {
  checkTypes,
  drawFrom,
  lower,
  plainDraw,
  reasonOf,
  recorder,
  runPass,
  viewOf,
  type ConstantPool,
  type Draw,
  type Graph,
  type Pass,
  type PassResult,
  type Rule,
  type RuleNotes,
} from '@unfoldjs/core/rules';
import { graphGradients } from './graph-gradients.js';
import { runGraph } from './run-graph.js';

type OpenDraw = Draw & { readonly inputs: readonly Tensor[] };

interface Setting {
  readonly before: Graph;
  readonly pool: ConstantPool;
  readonly result: PassResult;
  readonly pass: Pass;
}

const passOf = (...rules: readonly Rule[]): Pass => ({ name: rules.map(({ name }) => name).join(), rules });

/**
 * The laws of one rule, as mocha tests: it fires on its example; types and values stay; its inverse patches restore the graph;
 * firing twice changes nothing; its measure falls. The same on random graphs of the example's family, in which it must fire at
 * least `firings` times of `runs`.
 */
export function ruleLaws(notes: RuleNotes, { runs = 200, firings = 20, seed = 1 } = {}): void {
  const { rule } = notes;
  let backend: Backend;
  before(async () => {
    backend = await cpu().open();
    await setBackend(cpu({ precision: 'float64' })); // for gradients; values are checked on `backend`
  });
  const target = () => notes.target ?? backend;
  const same = (a: number, b: number): boolean => (notes.zeroMayChangeSign ? a === b || (a !== a && b !== b) : Object.is(a, b));

  const setUp = (draw: OpenDraw, disturb: (outputs: readonly Tensor[]) => readonly Tensor[] = (outputs) => outputs): Setting => {
    const built = notes.build(draw);
    const outputs = disturb(Array.isArray(built) ? (built as readonly Tensor[]) : [built as Tensor]);
    const { graph, pool } = lower(
      outputs.map(({ expr }) => expr),
      { arguments: draw.inputs.map(({ expr }) => expr) },
    );
    const first = notes.first ? runPass(passOf(...notes.first), graph, { pool, target: target() }).after : graph;
    const pass = passOf(rule);
    return { before: first, pool, pass, result: runPass(pass, first, { pool, target: target(), recorder }) };
  };
  const plain = () => setUp(plainDraw());

  it('fires on its example', () => {
    expect(plain().result.hits).to.not.have.length(0);
  });

  it('leaves types and values as they are', async () => checkMeaning(plain(), backend, same));

  it('leaves gradients as they are, on its example and on random graphs', async function () {
    this.timeout(60_000);
    await checkGradients(plain());
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (generate) => {
        await checkGradients(setUp(drawFrom((min, max) => generate(fc.integer, { min, max }))));
      }),
      { numRuns: Math.ceil(runs / 10), seed, endOnFailure: true },
    );
  });

  it('is undone exactly by its inverse patches', () => checkUndo(plain()));

  it('changes nothing when it runs again', () => checkFixedPoint(plain(), target()));

  it(`lowers its measure (${notes.saves.unit})`, () => checkMeasure(plain(), target()));

  it(`holds on ${runs} random graphs, and fires on ${firings} of them or more`, async function () {
    this.timeout(60_000);
    let fired = 0;
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (generate) => {
        const draw = drawFrom((min, max) => generate(fc.integer, { min, max }));
        const setting = setUp(draw, (outputs) => disturbed(outputs, draw));
        if (setting.result.hits.length > 0) fired++;
        await checkMeaning(setting, backend, same);
        checkUndo(setting);
        checkFixedPoint(setting, target());
        if (setting.result.hits.length > 0) checkMeasure(setting, target());
      }),
      { numRuns: runs, seed, endOnFailure: true },
    );
    expect(fired).to.be.at.least(firings);
  });
}

/** Makes some node in the middle an output too, now and then: what a rule takes for its own then has another reader. */
function disturbed(outputs: readonly Tensor[], draw: Draw): readonly Tensor[] {
  if (draw.integer(0, 2) > 0) return outputs;
  const inner = outputs[0]!.expr.inputs;
  if (inner.length === 0) return outputs;
  const Handle = outputs[0]!.constructor as new (expr: Tensor['expr']) => Tensor;
  return [...outputs, new Handle(draw.pick(inner))];
}

async function checkMeaning(
  { before, pool, result: { after } }: Setting,
  backend: Backend,
  same: (a: number, b: number) => boolean,
): Promise<void> {
  checkTypes(after, 'the rule');
  const typesOf = (graph: Graph) => graph.outputs.map((id) => formatType(graph.nodes[id]!.type));
  expect(typesOf(after)).to.deep.equal(typesOf(before));
  const [values, expected] = [await runGraph(after, pool, backend), await runGraph(before, pool, backend)];
  values.forEach((data, i) => {
    const wanted = expected[i]!;
    if (data.length !== wanted.length || !data.every((value, k) => same(value, wanted[k]!)))
      expect(Array.from(data)).to.deep.equal(Array.from(wanted));
  });
}

/**
 * In doubles, so that what a rule sums in another order is lost in what it may round: constants that it folds, to float32. That is
 * 2^-24 of each; 2^-21 of the largest gradient leaves room for eight of them in one.
 */
async function checkGradients({ before, pool, result: { after } }: Setting): Promise<void> {
  const expected = await graphGradients(before, pool);
  if (!expected) return;
  const actual = await graphGradients(after, pool);
  expect(actual, 'the rule takes gradients away').to.not.equal(null);
  const largest = Math.max(1, ...expected.flatMap((data) => Array.from(data, Math.abs).filter(Number.isFinite)));
  actual!.forEach((data, i) => {
    const isSame = data.every((value, k) => Object.is(value, expected[i]![k]!) || Math.abs(value - expected[i]![k]!) <= 2 ** -21 * largest);
    if (!isSame) expect(Array.from(data)).to.deep.equal(Array.from(expected[i]!));
  });
}

function checkUndo({ before, result: { after, patches, inversePatches } }: Setting): void {
  expect(applyPatches(after, inversePatches as never)).to.deep.equal(before);
  expect(applyPatches(before, patches as never)).to.deep.equal(after);
}

function checkFixedPoint({ pass, pool, result }: Setting, target: Backend | NonNullable<RuleNotes['target']>): void {
  const again = runPass(pass, result.after, { pool, target });
  expect(again.after).to.equal(result.after);
  expect(again.after === again.before).to.equal(true);
}

function checkMeasure({ before, result: { after, hits } }: Setting, target: Backend | NonNullable<RuleNotes['target']>): void {
  const { saves } = reasonOf(hits[0]!.rule);
  const total = (graph: Graph): number =>
    viewOf(graph).order.reduce((sum, id) => sum + saves.of(graph.nodes[id]!, { node: (node) => graph.nodes[node]!, target }), 0);
  expect(total(after)).to.be.below(total(before));
  for (const { saved } of hits) expect(saved).to.be.above(0);
}
