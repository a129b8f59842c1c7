import { expect } from 'chai';
import {
  add,
  batchNorm,
  captureSourceLines,
  compile,
  conv2d,
  relu,
  setBackend,
  sin,
  tensor,
  zeros,
  type Tensor,
} from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { explain, graphAt, toDot, toMermaid, type ExplanationJson, type GraphSnapshot } from '@unfoldjs/core/explain';
import { applyPatches, enablePatches } from 'immer';

const layer = (): Tensor =>
  relu(
    add(
      conv2d(zeros([1, 8, 8, 2]).add(tensor([1, 2])), tensor(new Float32Array(36), [3, 3, 2, 2]), { padding: 'same' }),
      tensor([1, 2]),
    ),
  );

describe('explain', () => {
  before(() => setBackend(cpu()));

  it('lists the passes, the rewrites with reasons, the steps with kernels, and the memory', async () => {
    const { passes, steps, memory, flops, device, backend } = await explain(
      relu(add(conv2d(tensor(new Float32Array(64), [1, 8, 8, 1]), tensor(new Float32Array(18), [3, 3, 1, 2])), tensor([1, 2]))),
    );
    expect(backend).to.equal('cpu');
    expect(device.label).to.contain('JavaScript');
    expect(passes.filter(({ rewrites }) => rewrites.length > 0).map(({ name }) => name)).to.deep.equal([
      'lower-conv',
      'fuse-im2col-into-matmul',
      'fuse-epilogue',
    ]);
    expect(passes.flatMap(({ rewrites }) => rewrites).every(({ because, saved }) => because.length > 20 && saved > 0)).to.equal(
      true,
    );
    expect(steps).to.have.length(1);
    // 6 * 6 places, 2 filters of 9 elements: multiply and add; then add and relu for each of 72 results.
    expect(flops).to.equal(2 * 72 * 9 + 2 * 72);
    expect(steps[0]).to.deep.include({
      op: 'convMatmul',
      type: 'float32[1, 6, 6, 2]',
      memory: 'output',
      bytesWritten: 288,
      bytesRead: (64 + 18 + 2) * 4,
    });
    expect(steps[0]!.kernel.ranOn).to.equal('cpu');
    expect(memory.peak).to.equal((64 + 18 + 2 + 72) * 4);
  });

  it('evaluates nothing', async () => {
    const y = layer();
    await explain(y);
    expect(y.isRealised).to.equal(false);
  });

  it('is short text for people, however long the program', async () => {
    let x = tensor([1, 2]);
    for (let i = 0; i < 60; i++)
      x = sin(x)
        .add(tensor([i, i]))
        .sum({ keepDims: true })
        .add(tensor([1, 2]));
    const text = String(await explain(x));
    expect(text.split('\n').length).to.be.below(40);
    expect(text).to.contain('more steps').and.to.contain('peak');
    for (const line of String(await explain(layer())).split('\n')) expect(line.length).to.be.below(200);
  });

  it('says so where nothing runs', async () => {
    expect(String(await explain(tensor([1, 2])))).to.contain('nothing runs');
  });

  it('is JSON that survives a round trip, with patches that rebuild every stage', async () => {
    const explanation = await explain(layer());
    const json = JSON.parse(JSON.stringify(explanation)) as ExplanationJson;
    expect(json).to.deep.equal(JSON.parse(JSON.stringify(explanation.toJSON())));
    expect(json.steps).to.have.length(explanation.steps.length);
    enablePatches();
    const table = ({ nodes, outputs }: GraphSnapshot) => ({
      nodes: Object.fromEntries(nodes.map(({ id, op, inputs }) => [id, { op, inputs }])),
      outputs,
    });
    let current = json.graph;
    for (const { patches, inversePatches, graph } of json.passes) {
      if (graph === null) continue;
      const rebuilt = (from: GraphSnapshot, way: typeof patches) => {
        const { nodes, outputs } = applyPatches({ ...table(from), inputs: [], nextId: 0 }, way as never) as {
          nodes: Record<string, { op: string; inputs: readonly number[] }>;
          outputs: readonly number[];
        };
        return { nodes: Object.fromEntries(Object.entries(nodes).map(([id, { op, inputs }]) => [id, { op, inputs }])), outputs };
      };
      expect(rebuilt(current, patches)).to.deep.equal(table(graph));
      expect(rebuilt(graph, inversePatches)).to.deep.equal(table(current));
      current = graph;
    }
    expect(current).to.not.equal(json.graph);
  });

  it('is drawn as DOT and as Mermaid, at any stage', async () => {
    const json = (await explain(layer())).toJSON();
    for (const stage of ['written', 'lower-conv', 'optimized'] as const) {
      const { nodes } = graphAt(json, stage);
      const edges = nodes.reduce((sum, { inputs }) => sum + inputs.length, 0);
      expect(toDot(json, { stage }).match(/ -> /g)).to.have.length(edges);
      expect(toDot(json, { stage }).match(/label="/g)).to.have.length(nodes.length);
      expect(toMermaid(json, { stage }).match(/ --> /g)).to.have.length(edges);
    }
    expect(toDot(json, { stage: 'written' }))
      .to.contain('conv2d')
      .and.to.match(/^digraph unfold \{[^]*\}\n$/);
    expect(toMermaid(json))
      .to.contain('convMatmul')
      .and.to.match(/^flowchart TD/);
    expect(() => toDot(json, { stage: 'no such pass' })).to.throw(RangeError, 'lower-conv');
  });

  it('names the user`s lines where they were captured', async () => {
    captureSourceLines(true);
    try {
      const { passes } = await explain(layer());
      const sources = passes.flatMap(({ rewrites }) => rewrites.map(({ source }) => source));
      expect(sources.every((source) => source?.includes('explain.test'))).to.equal(true);
    } finally {
      captureSourceLines(false);
    }
  });

  it('stops at the level that it is told', async () => {
    const ops = async (level: 0 | 1 | 2) => (await explain(layer(), { level })).steps.map(({ op }) => op);
    expect(await ops(0))
      .to.include('im2col')
      .and.to.include('matmul')
      .and.to.include('relu');
    expect(await ops(1))
      .to.include('im2col')
      .and.to.not.include('convMatmul');
    expect(await ops(2))
      .to.include('convMatmul')
      .and.to.not.include('im2col');
  });

  it('shows batch normalisation disappear into weights that are constants', async () => {
    const filters = tensor(
      Float32Array.from({ length: 9 * 2 * 4 }, (_, i) => i % 5),
      [3, 3, 2, 4],
    );
    const bias = tensor([1, 2, 3, 4]);
    const net = (x: Tensor) =>
      relu(
        batchNorm(add(conv2d(x, filters), bias), tensor([1, 0, 2, 1]), tensor([4, 1, 1, 4]), {
          scale: tensor([2, 1, 1, 4]),
          offset: tensor([0, 1, 0, 1]),
          epsilon: 0,
        }),
      );
    const x = tensor(
      Float32Array.from({ length: 50 }, (_, i) => i % 7),
      [1, 5, 5, 2],
    );
    const { steps } = await explain(net(x), { hostData: 'constants' });
    expect(steps.map(({ call }) => call)).to.deep.equal(['convMatmul(const0, const1, const2) window 3x3 then add, relu']);
    expect(await (await compile(net)(x)).data()).to.deep.equal(await net(x).data());
  });
});
