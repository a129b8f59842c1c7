import { applyPatches } from 'immer';
import { expect } from 'chai';
import {
  add,
  apply,
  captureSourceLines,
  conv2d,
  mul,
  neg,
  relu,
  setBackend,
  sin,
  sub,
  tensor,
  transpose,
  UnfoldError,
  type Tensor,
} from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import {
  any,
  defineRule,
  lower,
  nodes,
  op,
  optimize,
  optimizeInPasses,
  passesFor,
  runPass,
  type Graph,
  type Rule,
} from '@unfoldjs/core/rules';
import { negOp, reluOp } from './ops.js';

const target = { name: 'everything', supports: () => true as const };
const lowerOne = (t: Tensor) => lower([t.expr]);
const input = () => tensor([1, 2, 3]);

/** What a call throws. */
function caught(work: () => unknown): UnfoldError {
  try {
    work();
  } catch (fault) {
    return fault as UnfoldError;
  }
  throw new Error('nothing was thrown');
}

describe('the engine of the optimizer', () => {
  before(() => setBackend(cpu()));

  const negToRelu: Rule = defineRule({
    name: 'neg-to-relu',
    because: 'a rule made to alternate',
    match: () => op(negOp, any('x')),
    rewrite: ({ x }, graph) => graph.op(reluOp, [x]),
    saves: nodes,
  });
  const reluToNeg: Rule = defineRule({
    name: 'relu-to-neg',
    because: 'a rule made to alternate',
    match: () => op(reluOp, any('x')),
    rewrite: ({ x }, graph) => graph.op(negOp, [x]),
    saves: nodes,
  });

  it('names the rules that undo each other', () => {
    const { graph, pool } = lowerOne(neg(input()));
    const fault = caught(() => runPass({ name: 'alternating', rules: [negToRelu, reluToNeg] }, graph, { pool, target }));
    expect(fault.code).to.equal('OPTIMIZER_DIVERGED');
    expect(fault.message).to.contain('neg-to-relu').and.to.contain('relu-to-neg').and.to.contain('64');
  });

  it('names a rule whose results grow without end', () => {
    const grow = defineRule({
      name: 'grow',
      because: 'a rule made to grow',
      match: () => op(negOp, any('x')),
      rewrite: ({ x }, graph) => graph.op(negOp, [graph.op(reluOp, [x])]),
      saves: nodes,
    });
    const { graph, pool } = lowerOne(neg(input()));
    const fault = caught(() => runPass({ name: 'growing', rules: [grow] }, graph, { pool, target }));
    expect(fault.code).to.equal('OPTIMIZER_DIVERGED');
    expect(fault.message).to.contain('grow');
  });

  it('refuses a rewrite that changes a type, by the name of the rule', () => {
    const wrong = defineRule({
      name: 'drop-an-axis',
      because: 'a rule made to be wrong',
      match: () => op(negOp, any('x')),
      rewrite: (_, graph) => graph.scalar(1, 'float32'),
      saves: nodes,
    });
    const { graph, pool } = lowerOne(neg(input()));
    const fault = caught(() => runPass({ name: 'wrong', rules: [wrong] }, graph, { pool, target }));
    expect(fault.code).to.equal('ILLEGAL_GRAPH');
    expect(fault.message).to.contain('drop-an-axis').and.to.contain('float32[3]');
  });

  it('refuses a rewrite that builds what an op refuses, by the name of the rule', () => {
    const wrong = defineRule({
      name: 'transpose-badly',
      because: 'a rule made to be wrong',
      match: () => op(negOp, any('x')),
      rewrite: ({ x }, graph) => graph.tensors(([t]) => transpose(t!, [1, 0]), [x]),
      saves: nodes,
    });
    const { graph, pool } = lowerOne(neg(input()));
    const fault = caught(() => runPass({ name: 'wrong', rules: [wrong] }, graph, { pool, target }));
    expect(fault.code).to.equal('ILLEGAL_GRAPH');
    expect(fault.message).to.contain('transpose-badly');
  });

  it('asks each rule once at each node of an op that fits, and again only near a rewrite', () => {
    const asked: string[] = [];
    const watch = (name: string, pattern: Rule['match'], rewrite: Rule['rewrite'] = () => null): Rule =>
      defineRule({
        name,
        because: 'a rule made to be watched',
        match: pattern,
        when: ({ root }) => {
          asked.push(`${name} ${root!.op.name}`);
          return true;
        },
        rewrite,
        saves: nodes,
      });
    const elementwise = watch('any', () => op(({ isElementwise }) => isElementwise));
    const two = () => lowerOne(transpose(neg(sin(relu(tensor([[1, 2]]))))));
    const quiet = two();
    runPass({ name: 'quiet', rules: [elementwise] }, quiet.graph, { pool: quiet.pool, target });
    expect(asked).to.deep.equal(['any relu', 'any sin', 'any neg']);

    asked.length = 0;
    const replaced = watch('neg', () => op(negOp, any('x')), ({ x }, graph) => graph.op(reluOp, [x!]));
    const loud = two();
    runPass({ name: 'loud', rules: [replaced, elementwise] }, loud.graph, { pool: loud.pool, target });
    expect(asked).to.deep.equal(['any relu', 'any sin', 'neg neg', 'any relu']);
  });

  it('gives the same graph with a reader of patches and without', () => {
    const lowered = () => lowerOne(relu(transpose(neg(transpose(add(sin(tensor([[1, 2]])), 1))))));
    const [read, unread] = [lowered(), lowered()];
    const passes = optimizeInPasses(read.graph, { pool: read.pool, target });
    const before = unread.graph.nodes;
    const after = optimize(unread.graph, { pool: unread.pool, target });
    expect(passes.flatMap(({ hits }) => hits)).to.have.length.above(1);
    expect(after).to.deep.equal(passes.at(-1)!.after);
    expect(unread.graph.nodes).to.equal(before).and.to.deep.equal(lowered().graph.nodes);
  });

  it('leaves the very same graph where nothing fires, through the whole pipeline', () => {
    const { graph, pool } = lowerOne(sin(input()));
    for (const { before, after, hits } of optimizeInPasses(graph, { pool, target })) {
      expect(hits).to.deep.equal([]);
      expect(after).to.equal(before);
    }
  });

  it('freezes what it makes and never changes what it was given', () => {
    const { graph, pool } = lowerOne(neg(neg(neg(input()))));
    const copy = structuredCloneOf(graph);
    const optimized = optimize(graph, { pool, target });
    expect(structuredCloneOf(graph)).to.deep.equal(copy);
    expect(Object.isFrozen(optimized.nodes)).to.equal(true);
  });

  it('gives patches that lead from each graph to the next, and back', () => {
    const x = tensor(new Float32Array(16), [1, 4, 4, 1]);
    const { graph, pool } = lowerOne(relu(add(conv2d(x, tensor(new Float32Array(8), [2, 2, 1, 2])), [1, 2])));
    let current = graph;
    for (const { before, after, patches, inversePatches } of optimizeInPasses(graph, { pool, target })) {
      expect(before).to.equal(current);
      expect(applyPatches(before, patches as never)).to.deep.equal(after);
      expect(applyPatches(after, inversePatches as never)).to.deep.equal(before);
      current = after;
    }
    expect(current).to.not.equal(graph);
  });

  it('never uses a node id twice', () => {
    const { graph, pool } = lowerOne(sub(neg(neg(input())), neg(neg(mul(input(), 1)))));
    const optimized = optimize(graph, { pool, target });
    for (const id of Object.keys(optimized.nodes).map(Number)) expect(id).to.be.below(optimized.nextId);
    for (const node of Object.values(optimized.nodes)) expect(optimized.nodes[node.id]).to.equal(node);
  });

  it('drops what no output needs', () => {
    const x = input();
    const { graph, pool } = lower([neg(x).expr, sin(x).expr]);
    const optimized = optimize({ ...graph, outputs: [graph.outputs[0]!] }, { pool, target });
    expect(Object.values(optimized.nodes).map((node) => node.op.name)).to.deep.equal(['input', 'neg']);
  });

  it('runs rules of one`s own in a pass of their own', () => {
    const { graph, pool } = lowerOne(neg(input()));
    const passes = optimizeInPasses(graph, { pool, target, rules: [negToRelu] });
    expect(passes.filter(({ hits }) => hits.length > 0).map(({ pass }) => pass.name)).to.deep.equal(['own-rules']);
    expect(passesFor({ level: 0 }).map(({ name }) => name)).to.deep.equal(['decompose-unsupported', 'lower-conv']);
  });

  it('has the same passes for every program, so that their patterns are made once', () => {
    const first = passesFor({ level: 2 });
    passesFor({ level: 2 }).forEach((pass, i) => expect(pass).to.equal(first[i]));
  });

  it('says which op the backend lacks, on which types, at which line, and which backend has it', () => {
    captureSourceLines(true);
    try {
      const { graph, pool } = lowerOne(neg(input()));
      const poor = {
        name: 'poor',
        supports: ({ op: { name } }: { op: { name: string } }) => name !== 'neg' || 'poor has no kernel neg',
      };
      const fault = caught(() => optimize(graph, { pool, target: poor, alternatives: [target, poor] }));
      expect(fault.code).to.equal('UNSUPPORTED_OP');
      expect(fault.message)
        .to.contain('neg')
        .and.to.contain('poor has no kernel neg')
        .and.to.contain('[3]')
        .and.to.contain('engine.test')
        .and.to.contain('everything');
    } finally {
      captureSourceLines(false);
    }
  });

  it('re-infers types after every pass where it is asked to', () => {
    const { graph, pool } = lowerOne(neg(input()));
    const broken: Graph = {
      ...graph,
      nodes: { ...graph.nodes, 1: { ...graph.nodes[1]!, type: { dtype: 'float32', shape: [4] } } },
    };
    expect(caught(() => optimize(broken, { pool, target })).code).to.equal('ILLEGAL_GRAPH');
  });

  it('merges an inserted node with an equal one that is there', () => {
    const x = input();
    const y = add(neg(neg(sin(x))), sin(x));
    const { graph, pool } = lowerOne(y);
    const optimized = optimize(graph, { pool, target, level: 1 });
    expect(
      Object.values(optimized.nodes)
        .map((node) => node.op.name)
        .sort(),
    ).to.deep.equal(['add', 'input', 'sin']);
    expect(apply(negOp, [x]).shape).to.deep.equal([3]);
  });
});

const structuredCloneOf = (graph: Graph): unknown => JSON.parse(JSON.stringify(graph));
