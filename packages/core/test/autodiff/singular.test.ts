import { expect } from 'chai';
import * as u from '@unfoldjs/core';
import { tensor, type Tensor } from '@unfoldjs/core';
import { grad } from '@unfoldjs/core/autodiff';
import { cpu } from '@unfoldjs/backend-cpu';

/** The gradients of the sum of what a function gives, for each of its arguments. */
async function slopes(f: (...args: Tensor[]) => Tensor, ...args: readonly (number | readonly number[] | Tensor)[]): Promise<number[][]> {
  const tensors = args.map((arg) => (typeof arg === 'number' ? tensor([arg]) : arg instanceof u.Tensor ? arg : tensor([...arg])));
  const gradients = grad((all: readonly Tensor[]) => f(...all).sum())(tensors);
  return Promise.all(gradients.map(async (gradient) => Array.from(await gradient.data(), (value) => value + 0))); // no -0
}

const { Infinity } = globalThis;

describe('gradients at singular points', () => {
  before(() => u.setBackend(cpu()));

  describe('at corners', () => {
    it('ties share: half to each of two equal operands, a third to each of three equal maxima', async () => {
      expect(await slopes(u.maximum, [1, 2, 3], [2, 2, 2])).to.deep.equal([[0, 0.5, 1], [1, 0.5, 0]]);
      expect(await slopes(u.minimum, [1, 2, 3], [2, 2, 2])).to.deep.equal([[1, 0.5, 0], [0, 0.5, 1]]);
      expect(await slopes((x) => u.max(x).mul(3), [7, 1, 7, 7])).to.deep.equal([[1, 0, 1, 1]]);
      expect(await slopes((x) => u.min(x).mul(2), [-7, 1, -7])).to.deep.equal([[1, 0, 1]]);
      expect(await slopes((x) => u.max(x, { axes: 0 }), tensor([[1, 5], [1, 4]]))).to.deep.equal([[0.5, 1, 0.5, 0]]);
      expect(await slopes((x) => u.max(x).mul(2), [-Infinity, -Infinity])).to.deep.equal([[1, 1]]);
    });

    it('equal elements among the k largest come in order: the first one counts first', async () => {
      expect(await slopes((x) => u.topk(x, { k: 2 }).values.mul([1, 10]), [3, 5, 5, 5])).to.deep.equal([[0, 1, 10, 0]]);
      expect(await slopes((x) => u.topk(x, { k: 3 }).values.mul([1, 2, 4]), [-Infinity, 0, -Infinity])).to.deep.equal([[2, 1, 4]]);
    });

    it('as TensorFlow has them: relu, relu6 and abs 0, leakyRelu and prelu alpha, elu and selu the right side', async () => {
      expect(await slopes(u.relu, [-1, 0, 1])).to.deep.equal([[0, 0, 1]]);
      expect(await slopes(u.relu6, [-1, 0, 3, 6, 7])).to.deep.equal([[0, 0, 1, 0, 0]]);
      expect(await slopes(u.abs, [-2, 0, 2])).to.deep.equal([[-1, 0, 1]]);
      expect(await slopes((x) => u.leakyRelu(x, { alpha: 0.25 }), [-1, 0, 1])).to.deep.equal([[0.25, 0.25, 1]]);
      expect(await slopes(u.prelu, [-2, 0, 2], [0.5, 0.5, 0.5])).to.deep.equal([[0.5, 0.5, 1], [-2, 0, 0]]);
      expect(await slopes((x) => u.elu(x, { alpha: 0.5 }), [0, 1])).to.deep.equal([[1, 1]]);
      expect(await slopes(u.selu, [0])).to.deep.equal([[Math.fround(1.0507009873554805)]]);
    });

    it('clip lets gradients through at its bounds, as tf.clip_by_value does', async () => {
      expect(await slopes((x) => u.clip(x, { min: -1, max: 2 }), [-1.5, -1, 0, 2, 2.5])).to.deep.equal([[0, 1, 1, 1, 0]]);
    });

    it('steps have no slope', async () => {
      for (const f of [u.floor, u.ceil, u.round, u.sign, u.step]) expect(await slopes((x) => f(x), [-1, -0.5, 0, 0.5, 2])).to.deep.equal([[0, 0, 0, 0, 0]]);
      expect(await slopes(u.floorDiv, [3, -3], [2, 2])).to.deep.equal([[0, 0], [0, 0]]);
    });

    it('second derivatives are 0 there, not refused', async () => {
      const twice = (f: (x: Tensor) => Tensor) => slopes((x) => grad((y: Tensor) => f(y).sum())(x), [-1, 0, 7]);
      for (const f of [u.relu, u.relu6, u.abs, u.leakyRelu, u.max, u.hardSigmoid, (x: Tensor) => u.clip(x, { min: 0 }), (x: Tensor) => u.topk(x).values]) {
        expect(await twice((x) => f(x))).to.deep.equal([[0, 0, 0]]);
      }
    });
  });

  describe('of powers', () => {
    it('0 to the power 0, 1, 2 and 1/2', async () => {
      expect(await slopes(u.pow, [0, 0, 0, 0], [0, 1, 2, 0.5])).to.deep.equal([[0, 1, 0, Infinity], [0, 0, 0, 0]]);
    });

    it('a negative base has a slope, its exponent has none', async () => {
      expect(await slopes(u.pow, [-2, -2], [3, -1])).to.deep.equal([[12, -0.25], [0, 0]]);
    });

    it('the second derivative of x^2 at 0 is 2, of x^1 and x^0 is 0', async () => {
      const twice = (n: number) => slopes((x) => grad((y: Tensor) => y.pow(n).sum())(x), [0]);
      expect([await twice(2), await twice(1), await twice(0)]).to.deep.equal([[[2]], [[0]], [[0]]]);
    });

    it('roots, quotients and logarithms at 0 are steep, not NaN', async () => {
      expect(await slopes(u.sqrt, 0)).to.deep.equal([[Infinity]]);
      expect(await slopes(u.rsqrt, 0)).to.deep.equal([[-Infinity]]);
      expect(await slopes(u.reciprocal, 0)).to.deep.equal([[-Infinity]]);
      expect(await slopes(u.log, 0)).to.deep.equal([[Infinity]]);
      expect(await slopes(u.div, 3, 0)).to.deep.equal([[Infinity], [-Infinity]]);
      expect(await slopes(u.acos, [-1, 1])).to.deep.equal([[-Infinity, -Infinity]]);
      expect(await slopes(u.asin, [-1, 1])).to.deep.equal([[Infinity, Infinity]]);
      expect(await slopes(u.acosh, 1)).to.deep.equal([[Infinity]]);
      expect(await slopes(u.atanh, [-1, 1])).to.deep.equal([[Infinity, Infinity]]);
    });

    it('divNoNan by 0 and atan2 at the origin have slope 0', async () => {
      expect(await slopes(u.divNoNan, [3, 6], [0, 2])).to.deep.equal([[0, 0.5], [0, -1.5]]);
      expect(await slopes(u.atan2, [0, 0, 2], [0, 2, 0])).to.deep.equal([[0, 0.5, 0], [0, 0, -0.5]]);
    });
  });

  describe('of products', () => {
    const product = (x: Tensor, axes?: number | number[]) => slopes((each) => u.prod(each, axes === undefined ? {} : { axes }), x);

    it('with no zero, one zero, two zeros', async () => {
      expect(await product(tensor([2, 3, 4]))).to.deep.equal([[12, 8, 6]]);
      expect(await product(tensor([2, 0, 4]))).to.deep.equal([[0, 8, 0]]);
      expect(await product(tensor([0, 3, 0]))).to.deep.equal([[0, 0, 0]]);
      expect(await product(tensor([5]))).to.deep.equal([[1]]);
    });

    it('along several axes, each with its own zeros', async () => {
      const x = tensor([[[1, 2], [0, 3]], [[4, 1], [2, 2]]]);
      expect(await product(x)).to.deep.equal([[0, 0, 96, 0, 0, 0, 0, 0]]);
      expect(await product(x, [0, 2])).to.deep.equal([[8, 4, 12, 0, 2, 8, 0, 0]]);
      expect(await product(x, [])).to.deep.equal([[1, 1, 1, 1, 1, 1, 1, 1]]);
    });
  });

  describe('far out', () => {
    const far = [0, 1e-30, 100, 1e4, 1e18];
    const everywhere = [...far, ...far.map((x) => -x)];

    it('no activation gives NaN, nor does its second derivative', async () => {
      const activations: Readonly<Record<string, (x: Tensor) => Tensor>> = {
        ...{ elu: (x) => u.elu(x), erf: u.erf, gelu: (x) => u.gelu(x), hardSigmoid: (x) => u.hardSigmoid(x), hardSwish: u.hardSwish, logSigmoid: u.logSigmoid },
        ...{ mish: u.mish, selu: u.selu, sigmoid: u.sigmoid, softplus: u.softplus, softsign: u.softsign, swish: u.swish, tanh: u.tanh, atan: u.atan, asinh: u.asinh },
      };
      for (const [name, f] of Object.entries(activations)) {
        const [first] = await slopes(f, everywhere);
        const [second] = await slopes((x) => grad((y: Tensor) => f(y).sum())(x), everywhere);
        for (const value of [...first!, ...second!]) expect(value, name).to.be.within(-2, 2);
      }
    });

    it('the branch that is not taken does not overflow: elu and expm1 of 1000', async () => {
      expect(await slopes((x) => u.elu(x), [1000, -1000])).to.deep.equal([[1, 0]]);
      expect(await slopes((x) => u.where(x.less(10), u.expm1(x), x), [0, 20])).to.deep.equal([[1, 1]]);
    });

    it('heads take masks of -Infinity and large logits', async () => {
      expect(await slopes((x) => u.softmax(x).mul([1, 0, 0]), [0, 0, -Infinity])).to.deep.equal([[0.25, -0.25, 0]]);
      expect(await slopes((x) => u.logSoftmax(x).slice([0], [1]), [1000, 1000, -Infinity])).to.deep.equal([[0.5, -0.5, 0]]);
      expect(await slopes((x) => u.logSumExp(x), [1000, 1000, -Infinity])).to.deep.equal([[0.5, 0.5, 0]]);
    });

    it('normalising what is constant gives finite gradients', async () => {
      const [x] = await slopes((each) => u.layerNorm(each, { epsilon: 0.25 }).mul([1, 2, 3]), [5, 5, 5]);
      expect(x).to.deep.equal([-2, 0, 2]);
      expect(await slopes((each) => u.variance(each), [5, 5])).to.deep.equal([[0, 0]]);
    });
  });

  it('what where does not choose gets 0, and a NaN in it stays there', async () => {
    expect(await slopes((a, b) => u.where([true, false], a, b), [NaN, 1], [2, NaN])).to.deep.equal([[1, 0], [0, 1]]);
  });

  it('tensors without elements have gradients without elements', async () => {
    for (const f of [u.sum, u.prod, u.max, u.mean, u.logSumExp]) expect(await slopes((x) => f(x, { axes: 0 }), tensor([], [0, 3]))).to.deep.equal([[]]);
    expect(await slopes((x) => u.cumsum(x), tensor([], [0]))).to.deep.equal([[]]);
    expect(await slopes(u.add, tensor([], [0, 2]), [1, 2])).to.deep.equal([[], [0, 0]]);
  });
});
