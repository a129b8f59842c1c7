import { expect } from 'chai';
import { add, conv2d, mul, neg, relu, setBackend, sin, tensor, transpose, type Backend, type Tensor } from '@unfoldjs/core';
import { planSlots } from '@unfoldjs/core/reference';
import { cpu } from '@unfoldjs/backend-cpu';
import { emit, lower, optimize, schedule } from '@unfoldjs/core/rules';

/** A chain in which no rule applies but fusion. */
function chain(length: number): Tensor {
  let x = tensor([
    [1, 2],
    [3, 4],
  ]);
  for (let i = 0; i < length; i++) x = i % 2 === 0 ? sin(x) : add(x, 1 + i / length);
  return x;
}

/** `length` ops that read one tensor, summed in pairs. */
function wide(length: number): Tensor {
  const x = tensor([1, 2, 3]);
  let layer = Array.from({ length: length / 2 }, (_, i) => mul(x, i + 0.5));
  while (layer.length > 1)
    layer = Array.from({ length: Math.ceil(layer.length / 2) }, (_, i) =>
      2 * i + 1 < layer.length ? add(layer[2 * i]!, layer[2 * i + 1]!) : layer[2 * i]!,
    );
  return layer[0]!;
}

function convNet(blocks: number): Tensor {
  let x = tensor(new Float32Array(8 * 8 * 4), [1, 8, 8, 4]);
  const filters = tensor(new Float32Array(9 * 16), [3, 3, 4, 4]);
  for (let i = 0; i < blocks; i++) x = add(relu(add(conv2d(x, filters, { padding: 'same' }), [1, 2, 3, 4])), x);
  return x;
}

describe('large graphs', function () {
  this.timeout(120_000);
  let backend: Backend;
  before(async () => {
    backend = await setBackend(cpu());
  });

  const prepare = (output: Tensor) => {
    const { graph, pool } = lower([output.expr]);
    const optimized = optimize(graph, { pool, target: backend });
    const { program } = emit(optimized, schedule(optimized), pool);
    return {
      before: Object.keys(graph.nodes).length,
      nodes: Object.keys(optimized.nodes).length,
      program,
      plan: planSlots(program),
    };
  };

  it('a chain of 10,000 elementwise ops under a transpose becomes 313 fused steps and the transpose, in one slot', () => {
    const { before, program, plan } = prepare(transpose(chain(10_000)));
    // 10,000 ops, 5,000 different numbers, the input and the transpose.
    expect(before).to.equal(15_002);
    // 32 instructions a step: 312 steps and 16 ops in one more.
    expect(program.steps.map(({ op }) => op.name)).to.deep.equal([
      ...new Array<string>(313).fill('fusedElementwise'),
      'transpose',
    ]);
    // A fused step writes over its operand; the result of the transpose is the output.
    expect(plan.slotBytes).to.deep.equal([16]);
  });

  it('a chain of 100,000 ops is built, optimised, planned and run', async () => {
    const { program } = prepare(chain(100_000));
    expect(program.steps).to.have.length(3_125);
    const values = await chain(100_000).data();
    expect(values.every(Number.isFinite)).to.equal(true);
  });

  it('a chain of 100,000 ops that rules take away, one by one, is gone', () => {
    let x = tensor([1, 2]);
    const start = x;
    for (let i = 0; i < 50_000; i++) x = neg(neg(x));
    const { nodes, program } = prepare(x);
    expect(nodes).to.equal(1);
    expect(program.steps).to.have.length(0);
    expect(start.shape).to.deep.equal([2]);
  });

  it('a wide graph of 10,000 ops keeps alive only what stands beside one path through its tree', () => {
    const { program, plan } = prepare(wide(10_000));
    expect(program.steps.every(({ op }) => op.name === 'fusedElementwise')).to.equal(true);
    // Groups of at most 32 instructions over one input: no fewer steps than 9,999 / 32, and no group smaller than 3 on average.
    expect(program.steps.length).to.be.within(313, 3_333);
    // A fused step reads at most 8 operands, so 7 wait while the eighth is computed, on each of the 4 levels of such steps.
    expect(plan.slotBytes.length).to.be.at.most(7 * 4 + 1);
  });

  it('a net of 2,500 residual blocks becomes one step a block', () => {
    const { program, plan } = prepare(convNet(2_500));
    expect(program.steps).to.have.length(2_500);
    expect(new Set(program.steps.map(({ op }) => op.name))).to.deep.equal(new Set(['convMatmul']));
    expect(plan.slotBytes).to.deep.equal([1024, 1024]);
  });
});
