import * as u from '@unfoldjs/core';
import type { DType, Tensor } from '@unfoldjs/core';
import type { HostArray } from '../model/host-array.js';
import type { Call } from '../run/call.js';
import { mapHost } from './host-math.js';
import { dtypeNamed, type OnnxOp, type OnnxOps } from './onnx-op.js';

type Numbers = (...values: number[]) => number;

/** One operand; `known` does the same with elements that are known. */
const unary = (run: (x: Tensor, call: Call) => Tensor, attributes: readonly string[] = [], known?: Numbers): OnnxOp => ({
  attributes,
  ...(known && { fold: (_, [x]) => mapHost([x!], x!.dtype, known) }),
  run: (call) => run(call.tensor(0), call),
});

/** Two operands that broadcast; `known` does the same with elements that are known, `to` is the dtype of the result where that is another. */
const binary = (run: (a: Tensor, b: Tensor, call: Call) => Tensor, known?: (call: Call, inputs: readonly HostArray[]) => Numbers, to?: DType): OnnxOp => ({
  attributes: [],
  ...(known && { fold: (call, inputs) => mapHost(inputs, to ?? inputs[0]!.dtype, known(call, inputs)) }),
  run: (call) => run(call.tensor(0), call.tensor(1), call),
});

/** Any number of operands, two at a time. */
const several = (join: (a: Tensor, b: Tensor) => Tensor, known: (a: number, b: number) => number): OnnxOp => ({
  attributes: [],
  fold: (_, inputs) => mapHost(inputs, inputs[0]!.dtype, (...values) => values.reduce((a, b) => known(a, b))),
  run: (call) => call.tensors().reduce((a, b) => join(a, b)),
});

const isFloat = (x: { readonly dtype: DType }): boolean => x.dtype === 'float32';
const truth = (value: boolean): number => Number(value);

/** Division of whole numbers goes towards zero; core's goes down. */
function divide(a: Tensor, b: Tensor): Tensor {
  if (isFloat(a)) return u.div(a, b);
  const down = u.floorDiv(a, b);
  const isInexact = u.logicalAnd(u.notEqual(u.mul(down, b), a), u.notEqual(u.less(a, 0), u.less(b, 0)));
  return u.add(down, u.cast(isInexact, 'int32'));
}

const floorMod = (a: number, b: number): number => a - Math.floor(a / b) * b;

/** The remainder with the sign of the divisor, or with `fmod` that of the dividend. */
function remainder(a: Tensor, b: Tensor, call: Call): Tensor {
  if (call.attrs.int('fmod', 0) === 0) return u.mod(a, b);
  return u.mul(u.sign(a), u.mod(u.abs(a), u.abs(b)));
}

/** Limits as attributes until opset 10, then as inputs that may be left out. */
function clip(call: Call): Tensor {
  const x = call.tensor(0);
  const limit = (at: number, name: string): number | undefined => (call.has(at) ? call.host(at).data[0] : call.attrs.float(name, undefined));
  const [min, max] = [limit(1, 'min'), limit(2, 'max')];
  const above = min === undefined ? x : u.maximum(x, u.scalar(min, x.dtype));
  return max === undefined ? above : u.minimum(above, u.scalar(max, x.dtype));
}

/** Slopes of one channel each as [C, 1, 1] or, where an exporter did not unfold them, as [C]. */
function prelu(x: Tensor, slope: Tensor): Tensor {
  const isPerChannel = slope.rank === 1 && slope.size > 1 && x.rank > 2 && slope.size === x.shape[1] && slope.size !== x.shape.at(-1);
  return u.prelu(x, isPerChannel ? u.reshape(slope, [slope.size, ...new Array<number>(x.rank - 2).fill(1)]) : slope);
}


const castKnown = (x: HostArray, dtype: DType): HostArray | null =>
  mapHost([x], dtype, (value) => (dtype === 'float32' ? value : dtype === 'bool' ? truth(value !== 0) : Math.trunc(value)));

/** Until opset 12 with inputs that say nothing of training, then with one that may. The mask is all true. */
function dropout(call: Call): readonly Tensor[] {
  const x = call.tensor(0);
  const ratio = call.has(1) ? call.host(1).data[0] : call.attrs.float('ratio', 0.5);
  if (call.has(2) && call.host(2).data[0] !== 0 && ratio !== 0) call.refuse('it is written for training (`training_mode`)', 'export the model in evaluation mode');
  return call.outputs > 1 ? [x, u.full(x.shape, true, 'bool')] : [x];
}

const identity = unary((x) => x, [], (x) => x);

/** The first opsets of those that are younger than the others. @source https://github.com/onnx/onnx/blob/main/docs/Changelog.md */
const since: Readonly<Record<string, number>> = {
  Acosh: 9, Asinh: 9, Atanh: 9, Cosh: 9, Sinh: 9, Erf: 9, Sign: 9, IsNaN: 9, Shrink: 9, Where: 9,
  IsInf: 10, Mod: 10, ThresholdedRelu: 10,
  Round: 11,
  Celu: 12, GreaterOrEqual: 12, LessOrEqual: 12,
  HardSwish: 14,
  CastLike: 15,
  Mish: 18,
  Gelu: 20,
  Swish: 24,
};

const ops: OnnxOps = {
  Relu: unary((x) => u.relu(x)),
  Sigmoid: unary((x) => u.sigmoid(x)),
  Tanh: unary((x) => u.tanh(x)),
  Exp: unary((x) => u.exp(x), [], Math.exp),
  Log: unary((x) => u.log(x), [], Math.log),
  Sqrt: unary((x) => u.sqrt(x), [], Math.sqrt),
  Abs: unary((x) => u.abs(x), [], Math.abs),
  Neg: unary((x) => u.neg(x), [], (x) => -x),
  Floor: unary((x) => u.floor(x), [], Math.floor),
  Ceil: unary((x) => u.ceil(x), [], Math.ceil),
  Round: unary((x) => u.round(x)),
  Sign: unary((x) => u.sign(x), [], Math.sign),
  Reciprocal: unary((x) => u.reciprocal(x), [], (x) => 1 / x),
  Erf: unary((x) => u.erf(x)),
  Sin: unary((x) => u.sin(x)),
  Cos: unary((x) => u.cos(x)),
  Tan: unary((x) => u.tan(x)),
  Asin: unary((x) => u.asin(x)),
  Acos: unary((x) => u.acos(x)),
  Atan: unary((x) => u.atan(x)),
  Sinh: unary((x) => u.sinh(x)),
  Cosh: unary((x) => u.cosh(x)),
  Asinh: unary((x) => u.asinh(x)),
  Acosh: unary((x) => u.acosh(x)),
  Atanh: unary((x) => u.atanh(x)),
  Softplus: unary((x) => u.softplus(x)),
  Softsign: unary((x) => u.softsign(x)),
  Elu: unary((x, { attrs }) => u.elu(x, { alpha: attrs.float('alpha', 1) }), ['alpha']),
  Celu: unary((x, { attrs }) => {
    const alpha = attrs.float('alpha', 1);
    return u.add(u.maximum(x, 0), u.minimum(u.mul(u.expm1(u.div(x, alpha)), alpha), 0));
  }, ['alpha']),
  Selu: unary((x, { attrs }) => {
    const [alpha, gamma] = [attrs.float('alpha', 1.67326319217681884765625), attrs.float('gamma', 1.05070102214813232421875)];
    return u.mul(u.elu(x, { alpha }), gamma);
  }, ['alpha', 'gamma']),
  LeakyRelu: unary((x, { attrs }) => u.leakyRelu(x, { alpha: attrs.float('alpha', 0.01) }), ['alpha']),
  ThresholdedRelu: unary((x, { attrs }) => u.where(u.greater(x, attrs.float('alpha', 1)), x, 0), ['alpha']),
  HardSigmoid: unary((x, { attrs }) => u.hardSigmoid(x, { alpha: attrs.float('alpha', 0.2), beta: attrs.float('beta', 0.5) }), ['alpha', 'beta']),
  HardSwish: unary((x) => u.hardSwish(x)),
  Swish: unary((x, { attrs }) => u.mul(x, u.sigmoid(u.mul(x, attrs.float('alpha', 1)))), ['alpha']),
  Mish: unary((x) => u.mish(x)),
  Gelu: unary((x, { attrs }) => u.gelu(x, { approximate: attrs.text('approximate', 'none') === 'tanh' }), ['approximate']),
  Shrink: unary((x, { attrs }) => {
    const [bias, lambd] = [attrs.float('bias', 0), attrs.float('lambd', 0.5)];
    return u.where(u.less(x, -lambd), u.add(x, bias), u.where(u.greater(x, lambd), u.sub(x, bias), 0));
  }, ['bias', 'lambd']),
  IsNaN: unary((x) => u.isNaN(x)),
  IsInf: unary((x, { attrs }) => {
    const [negative, positive] = [attrs.int('detect_negative', 1), attrs.int('detect_positive', 1)];
    const found = u.isInf(x);
    if (negative && positive) return found;
    return u.logicalAnd(found, positive ? u.greater(x, 0) : negative ? u.less(x, 0) : u.full([], false, 'bool'));
  }, ['detect_negative', 'detect_positive']),
  Not: unary((x) => u.logicalNot(x), [], (x) => truth(x === 0)),
  Identity: identity,
  Dropout: { attributes: ['ratio', 'seed', 'is_test'], knownInputs: [1, 2], run: dropout },
  Cast: { attributes: ['to', 'saturate', 'round_mode'], fold: (call, [x]) => castKnown(x!, dtypeNamed(call, 'to')), run: (call) => u.cast(call.tensor(0), dtypeNamed(call, 'to')) },
  CastLike: { attributes: ['saturate', 'round_mode'], fold: (_, [x, like]) => castKnown(x!, like!.dtype), run: (call) => u.cast(call.tensor(0), call.value(1).dtype) },

  Add: binary(u.add, () => (a, b) => a! + b!),
  Sub: binary(u.sub, () => (a, b) => a! - b!),
  Mul: binary(u.mul, () => (a, b) => a! * b!),
  Div: binary(divide, (_, [a]) => (isFloat(a!) ? (x, y) => x! / y! : (x, y) => Math.trunc(x! / y!))),
  Mod: { ...binary(remainder, ({ attrs }) => (attrs.int('fmod', 0) ? (a, b) => a! % b! : (a, b) => floorMod(a!, b!))), attributes: ['fmod'] },
  Pow: binary((a, b) => u.pow(a, a.dtype === b.dtype ? b : u.cast(b, a.dtype)), () => (a, b) => a! ** b!),
  And: binary(u.logicalAnd, () => (a, b) => truth(a !== 0 && b !== 0)),
  Or: binary(u.logicalOr, () => (a, b) => truth(a !== 0 || b !== 0)),
  Xor: binary(u.logicalXor, () => (a, b) => truth((a !== 0) !== (b !== 0))),
  Equal: binary(u.equal, () => (a, b) => truth(a === b), 'bool'),
  Greater: binary(u.greater, () => (a, b) => truth(a! > b!), 'bool'),
  GreaterOrEqual: binary(u.greaterEqual, () => (a, b) => truth(a! >= b!), 'bool'),
  Less: binary(u.less, () => (a, b) => truth(a! < b!), 'bool'),
  LessOrEqual: binary(u.lessEqual, () => (a, b) => truth(a! <= b!), 'bool'),
  Sum: several(u.add, (a, b) => a + b),
  Min: several(u.minimum, Math.min),
  Max: several(u.maximum, Math.max),
  Mean: { attributes: [], run: (call) => u.div(call.tensors().reduce((a, b) => u.add(a, b)), call.count) },
  PRelu: binary(prelu),
  Clip: { attributes: ['min', 'max'], knownInputs: [1, 2], run: clip },
  Where: {
    attributes: [],
    fold: (_, [condition, a, b]) => mapHost([condition!, a!, b!], a!.dtype, (c, x, y) => (c !== 0 ? x! : y!)),
    run: (call) => u.where(call.tensor(0), call.tensor(1), call.tensor(2)),
  },
};

export const elementwiseOps: OnnxOps = Object.fromEntries(Object.entries(ops).map(([name, op]) => [name, name in since ? { ...op, since: since[name]! } : op]));
