import { applyPatches } from 'immer';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  add,
  cast,
  conv2d,
  formatType,
  matmul,
  max,
  mul,
  relu,
  setBackend,
  softmax,
  tensor,
  type Backend,
  type Tensor,
} from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { drawFrom, lower, optimize, optimizeInPasses, ruleNotes, type Draw, type Graph } from '@unfoldjs/core/rules';
import { graphValues } from '@unfoldjs/backend-testkit';

type OpenDraw = Draw & { readonly inputs: readonly Tensor[] };

/** Examples of several rules grown into one graph: now and then an input of one depends on the result of the one before. */
function grow(draw: OpenDraw): Tensor[] {
  const outputs: Tensor[] = [];
  for (let i = draw.integer(2, 4); i > 0; i--) {
    const last = outputs[outputs.length - 1];
    const linked: Draw = {
      ...draw,
      input(shape, dtype = 'float32') {
        const fresh = draw.input(shape, dtype);
        // A small whole number from before keeps everything exact.
        return last && dtype !== 'bool' && last.dtype !== 'bool' && last.size > 0 && draw.integer(0, 1) === 0
          ? add(fresh, cast(max(last), dtype).clip({ min: -2, max: 2 }))
          : fresh;
      },
    };
    const built = draw.pick(ruleNotes).build(linked);
    outputs.push(...(Array.isArray(built) ? (built as readonly Tensor[]) : [built as Tensor]));
  }
  return outputs;
}

describe('the pipeline of the optimizer', function () {
  this.timeout(120_000);
  let backend: Backend;
  before(async () => {
    backend = await setBackend(cpu());
  });

  it('keeps types and values of random graphs at every level, and every pass can be undone', async () => {
    const firings = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (generate) => {
        const draw = drawFrom((min, max) => generate(fc.integer, { min, max }));
        const outputs = grow(draw);
        const { graph, pool } = lower(
          outputs.map(({ expr }) => expr),
          { arguments: draw.inputs.map(({ expr }) => expr) },
        );
        const expected = await graphValues(graph, pool, backend);
        for (const level of [1, 2] as const) {
          let current: Graph = graph;
          for (const { before, after, patches, inversePatches, hits } of optimizeInPasses(graph, {
            pool,
            target: backend,
            level,
            checked: true,
          })) {
            expect(before).to.equal(current);
            if (hits.length === 0) expect(after).to.equal(before);
            expect(applyPatches(before, patches as never)).to.deep.equal(after);
            expect(applyPatches(after, inversePatches as never)).to.deep.equal(before);
            for (const { rule } of hits) firings.set(rule.name, (firings.get(rule.name) ?? 0) + 1);
            current = after;
          }
          expect(current.outputs.map((id) => formatType(current.nodes[id]!.type))).to.deep.equal(
            outputs.map(({ type }) => formatType(type)),
          );
          const values = await graphValues(current, pool, backend);
          values.forEach((data, i) =>
            expect(Array.from(data, (value) => value + 0)).to.deep.equal(Array.from(expected[i]!, (value) => value + 0)),
          );
        }
      }),
      { numRuns: 150, seed: 11, endOnFailure: true },
    );
    // Graphs that exercise nothing would prove nothing.
    expect(firings.size).to.be.at.least(30);
  });

  it('asks the target before it fuses: one that refuses fused calls gets primitives', () => {
    const plain = {
      name: 'plain',
      supports: ({ op }: { op: { isPrimitive: boolean } }) => op.isPrimitive || 'plain runs primitives',
    };
    const x = tensor(new Float32Array(32), [1, 4, 4, 2]);
    const y = softmax(
      matmul(
        relu(add(conv2d(x, tensor(new Float32Array(16), [2, 2, 2, 2])), [1, 2])).reshape([9, 2]),
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ),
    );
    const { graph, pool } = lower([mul(y, 2).expr]);
    const ops = Object.values(optimize(graph, { pool, target: plain }).nodes).map(({ op }) => op);
    expect(ops.every(({ isPrimitive, isLeaf, isView }) => isPrimitive || isLeaf || isView)).to.equal(true);
    expect(ops.map(({ name }) => name))
      .to.include('im2col')
      .and.to.include('matmul');
  });

  it('fuses as far as the target goes: one without fused elementwise ops still gets epilogues', () => {
    const target = {
      name: 'half',
      supports: ({ op }: { op: { name: string } }) => op.name !== 'fusedElementwise' || 'half does not fuse elementwise ops',
    };
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    const { graph, pool } = lower([relu(add(matmul(relu(mul(x, 2)), x), [1, 2])).expr]);
    const names = Object.values(optimize(graph, { pool, target }).nodes).map(({ op }) => op.name);
    expect(names.filter((name) => name !== 'input' && name !== 'scalar')).to.have.members(['mul', 'relu', 'matmulEpilogue']);
  });

  it('keeps a convolution whole for a target that has a kernel of its own for it', () => {
    const target = { name: 'direct', supports: () => true as const };
    const x = tensor(new Float32Array(16), [1, 4, 4, 1]);
    const { graph, pool } = lower([conv2d(x, tensor(new Float32Array(4), [2, 2, 1, 1])).expr]);
    expect(Object.values(optimize(graph, { pool, target }).nodes).map(({ op }) => op.name)).to.include('conv2d');
  });
});
