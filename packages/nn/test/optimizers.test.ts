import { tensor, type Tensor } from '@unfoldjs/core';
import { adam, adamW, clipByGlobalNorm, globalNorm, namedParameters, rmsprop, sgd, type Optimizer, type Params } from '@unfoldjs/nn';
import { expect } from 'chai';
import { onCpu, refusal } from './helper.js';

/** One parameter's rule in double precision, as the formulas are written in the papers. */
type Rule = (w: number, g: number, memory: Record<string, number>, step: number, rate: number) => number;

const rules: Record<string, { optimizer: Optimizer; rule: Rule }> = {
  sgd: { optimizer: sgd(), rule: (w, g, _, __, rate) => w - rate * g },
  momentum: {
    optimizer: sgd({ momentum: 0.9 }),
    rule: (w, g, memory, _, rate) => w + (memory.v = 0.9 * (memory.v ?? 0) - rate * g),
  },
  nesterov: {
    optimizer: sgd({ momentum: 0.9, nesterov: true }),
    rule: (w, g, memory, _, rate) => w + 0.9 * (memory.v = 0.9 * (memory.v ?? 0) - rate * g) - rate * g,
  },
  adam: { optimizer: adam(), rule: adamRule() },
  'adam with other constants': { optimizer: adam({ beta1: 0.8, beta2: 0.99, epsilon: 1e-3 }), rule: adamRule(0.8, 0.99, 1e-3) },
  'adam without memory of the mean': { optimizer: adam({ beta1: 0 }), rule: adamRule(0) },
  amsgrad: {
    optimizer: adam({ amsgrad: true }),
    rule(w, g, memory, step, rate) {
      memory.m = 0.9 * (memory.m ?? 0) + 0.1 * g;
      memory.v = 0.999 * (memory.v ?? 0) + 0.001 * g * g;
      memory.max = Math.max(memory.max ?? 0, memory.v);
      return w - (rate * (memory.m / (1 - 0.9 ** step))) / (Math.sqrt(memory.max / (1 - 0.999 ** step)) + 1e-7);
    },
  },
  adamW: { optimizer: adamW({ weightDecay: 0.1 }), rule: (w, g, memory, step, rate) => adamRule()(w, g, memory, step, rate) - rate * 0.1 * w },
  'sgd with weight decay': { optimizer: sgd({ weightDecay: 0.1 }), rule: (w, g, _, __, rate) => w - rate * 0.1 * w - rate * g },
  rmsprop: {
    optimizer: rmsprop(),
    rule: (w, g, memory, _, rate) => w - (rate * g) / Math.sqrt((memory.v = 0.9 * (memory.v ?? 0) + 0.1 * g * g) + 1e-7),
  },
  'rmsprop, centered, with momentum': {
    optimizer: rmsprop({ centered: true, momentum: 0.5, rho: 0.8 }),
    rule(w, g, memory, _, rate) {
      memory.v = 0.8 * (memory.v ?? 0) + 0.2 * g * g;
      memory.mean = 0.8 * (memory.mean ?? 0) + 0.2 * g;
      memory.step = 0.5 * (memory.step ?? 0) + (rate * g) / Math.sqrt(memory.v - memory.mean ** 2 + 1e-7);
      return w - memory.step;
    },
  },
};

function adamRule(beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7): Rule {
  return (w, g, memory, step, rate) => {
    memory.m = beta1 * (memory.m ?? 0) + (1 - beta1) * g;
    memory.v = beta2 * (memory.v ?? 0) + (1 - beta2) * g * g;
    return w - (rate * (memory.m / (1 - beta1 ** step))) / (Math.sqrt(memory.v / (1 - beta2 ** step)) + epsilon);
  };
}

const at = (learningRate: number, step: number) => ({ learningRate: tensor(learningRate), step: tensor(step) });
const values = async (tree: Params, path: string): Promise<number[]> => [...(await namedParameters(tree).find((each) => each.path === path)!.tensor.data())];

describe('optimizers', () => {
  onCpu();

  for (const [name, { optimizer, rule }] of Object.entries(rules)) {
    it(`${name} is its formula, step by step`, async () => {
      const start = [1, -2, 0.5];
      const memories = start.map((): Record<string, number> => ({}));
      let expected = [...start];
      let params: Params = { layer: { w: tensor(start) } };
      let slots = optimizer.init(params);
      for (let step = 1; step <= 8; step++) {
        const gradient = start.map((_, i) => Math.fround(Math.sin(3 * step + i)));
        const rate = 0.1 / step;
        ({ params, slots } = optimizer.update({ layer: { w: tensor(gradient) } }, slots, params, at(rate, step)));
        expected = expected.map((w, i) => rule(w, gradient[i]!, memories[i]!, step, rate));
      }
      const actual = await values(params, 'layer.w');
      // A step rounds each parameter some ten times; v - mean^2 of the centered form cancels a few bits more.
      const bound = 8 * 10 * 2 ** -24 * (name.includes('centered') ? 64 : 4);
      actual.forEach((value, i) => expect(value).to.be.closeTo(expected[i]!, bound));
    });
  }

  it('correct the bias of the first step to the last digits', async () => {
    const optimizer = adam({ epsilon: 0 });
    const params = { w: tensor([0, 0]) };
    const { params: next } = optimizer.update({ w: tensor([1e-3, -7]) }, optimizer.init(params), params, at(1, 1));
    for (const [i, value] of (await values(next, 'w')).entries()) expect(Math.abs(value)).to.be.closeTo(1, 4 * 2 ** -24, String(i));
  });

  it('leave parameters without a gradient, and their slots, as they are', () => {
    const params = { a: { w: tensor([1]) }, b: { w: tensor([2]) } };
    for (const optimizer of [sgd({ momentum: 0.5, weightDecay: 0.5 }), adam({ globalClipNorm: 1 }), rmsprop()]) {
      const slots = optimizer.init(params);
      const next = optimizer.update({ b: { w: tensor([1]) } }, slots, params, at(1, 1));
      expect((next.params.a as Params).w).to.equal(params.a.w);
      expect((next.params.b as Params).w).not.to.equal(params.b.w);
      for (const [name, tree] of Object.entries(next.slots)) expect(((tree as Params).a as Params).w).to.equal(((slots[name] as Params).a as Params).w);
    }
  });

  it('exclude parameters from decay by name', async () => {
    const optimizer = sgd({ weightDecay: 0.5, excludeFromWeightDecay: ['bias'] });
    const params = { dense: { kernel: tensor([4]), bias: tensor([4]) } };
    const zero = { dense: { kernel: tensor([0]), bias: tensor([0]) } };
    const { params: next } = optimizer.update(zero, optimizer.init(params), params, at(0.5, 1));
    expect(await values(next, 'dense.kernel')).to.deep.equal([3]);
    expect(await values(next, 'dense.bias')).to.deep.equal([4]);
    refusal(() => sgd({ excludeFromWeightDecay: ['offset'] }).init(params), 'INVALID_ARGUMENT');
  });

  it('clip all gradients together: the norm is the limit, the direction stays', async () => {
    const gradients = { a: tensor([3, 0]), b: { c: tensor([[4]]) } };
    expect(await globalNorm(gradients).item()).to.equal(5);
    const clipped = clipByGlobalNorm(gradients, 2.5);
    expect([await values(clipped, 'a'), await values(clipped, 'b.c')]).to.deep.equal([[1.5, 0], [2]]);
    expect(await values(clipByGlobalNorm(gradients, 10), 'a')).to.deep.equal([3, 0]);
    const params = { a: tensor([0, 0]), b: { c: tensor([[0]]) } };
    const { params: next } = sgd({ globalClipNorm: 2.5 }).update(gradients, {}, params, at(1, 1));
    expect([await values(next, 'a'), await values(next, 'b.c')]).to.deep.equal([[-1.5, 0], [-2]]);
  });

  it('give every slot memory of its own', () => {
    const slots = adam().init({ a: tensor([1, 2]), b: tensor([3, 4]) }) as Record<string, Record<string, Tensor>>;
    const all = [slots.m!.a!, slots.m!.b!, slots.v!.a!, slots.v!.b!];
    all[0]!.dispose();
    expect(all.slice(1).every((slot) => slot.isRealised)).to.equal(true);
  });

  it('refuse options that do not exist or make no sense', () => {
    refusal(() => sgd({ momentum: 1 }), 'INVALID_ARGUMENT');
    refusal(() => adam({ beta2: 1 }), 'INVALID_ARGUMENT');
    refusal(() => adam({ learningRate: 1 } as never), 'INVALID_ARGUMENT');
    refusal(() => rmsprop({ epsilon: -1 }), 'INVALID_ARGUMENT');
    refusal(() => sgd({ globalClipNorm: NaN }), 'INVALID_ARGUMENT');
  });
});
