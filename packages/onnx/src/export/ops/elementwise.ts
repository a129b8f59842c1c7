import type { DType } from '@unfoldjs/core';
import type { ExportCall } from '../call.js';
import { elementTypeOf, type AttributeValue, type GraphWriter, type Wire } from '../graph-writer.js';
import type { Value } from '../value.js';
import { withBias, withMean, withScale } from './fold.js';
import { isFloat, isSince, type ExportForm, type ExportForms, type Facts } from './form.js';

interface Context<A> {
  readonly graph: GraphWriter;
  readonly attrs: A;
  /** Of the operands (the last one's). */
  readonly dtype: DType;
}

/** An elementwise op, in the layout that its operands have. */
function pointwise<A = Record<string, never>>(build: (wires: Wire[], context: Context<A>) => Wire, when?: ExportForm['when']): ExportForm {
  return {
    ...(when && { when }),
    write(call: ExportCall<A>) {
      const perm = call.commonPerm();
      const wires = call.inputs.map((input) => call.aligned(input, perm));
      return call.result(build(wires, { graph: call.graph, attrs: call.attrs, dtype: call.inputs.at(-1)!.dtype }), perm);
    },
  };
}

const direct = (op: string, when?: ExportForm['when'], attributes: (attrs: never) => Record<string, AttributeValue> = () => ({})): ExportForm =>
  pointwise<never>((wires, { graph, attrs }) => graph.op(op, wires, attributes(attrs)), when);

const isNumber = ({ types }: Facts): boolean => types.every(({ dtype }) => dtype !== 'bool');

const alpha = ({ alpha }: { alpha: number }) => ({ alpha: { float: alpha } });

/** The remainder with the sign of the divisor: ONNX has that for whole numbers alone. */
const remainder = /* @__PURE__ */ pointwise(([a, b], { graph, dtype }) => {
  if (dtype === 'int32') return graph.op('Mod', [a!, b!]);
  const zero = graph.scalar(0, dtype);
  const rest = graph.op('Mod', [a!, b!], { fmod: 1 });
  const isOther = graph.op('Xor', [graph.op('Less', [rest, zero]), graph.op('Less', [b!, zero])]);
  const isOff = graph.op('And', [graph.op('Not', [graph.op('Equal', [rest, zero])]), isOther]);
  return graph.op('Where', [isOff, graph.op('Add', [rest, b!]), rest]);
});

/** Whole numbers are divided downwards here and towards zero there. */
const quotient = /* @__PURE__ */ pointwise(([a, b], { graph, dtype }) => graph.op('Div', dtype === 'int32' ? [graph.op('Sub', [a!, graph.op('Mod', [a!, b!])]), b!] : [a!, b!]));

/** Engines compare numbers, not truth values. */
const comparison = (op: string): ExportForm =>
  pointwise((wires, { graph, dtype }) => graph.op(op, dtype === 'bool' ? wires.map((wire) => graph.op('Cast', [wire], { to: elementTypeOf('int32') })) : wires));

const choice = /* @__PURE__ */ pointwise(([condition, a, b], { graph, dtype }) => {
  if (dtype !== 'bool') return graph.op('Where', [condition!, a!, b!]);
  return graph.op('Or', [graph.op('And', [condition!, a!]), graph.op('And', [graph.op('Not', [condition!]), b!])]);
});

const gelu = /* @__PURE__ */ pointwise<{ approximate: boolean }>(([x], { graph, attrs: { approximate } }) => {
  if (graph.opset >= 20) return graph.op('Gelu', [x!], { approximate: approximate ? 'tanh' : 'none' });
  const times = (wire: Wire, factor: number): Wire => graph.op('Mul', [wire, graph.scalar(factor, 'float32')]);
  const cubic = (): Wire => graph.op('Add', [x!, times(graph.op('Mul', [graph.op('Mul', [x!, x!]), x!]), 0.044715)]);
  const bend = approximate ? graph.op('Tanh', [times(cubic(), Math.sqrt(2 / Math.PI))]) : graph.op('Erf', [graph.op('Div', [x!, graph.scalar(Math.SQRT2, 'float32')])]);
  return times(graph.op('Mul', [x!, graph.op('Add', [bend, graph.scalar(1, 'float32')])]), 0.5);
});

const mish = /* @__PURE__ */ pointwise(([x], { graph }) => (graph.opset >= 18 ? graph.op('Mish', [x!]) : graph.op('Mul', [x!, graph.op('Tanh', [graph.op('Softplus', [x!])])])));

const clip = /* @__PURE__ */ pointwise<{ min: number; max: number }>(([x], { graph, attrs: { min, max }, dtype }) => {
  if (min === -Infinity) return graph.op('Min', [x!, graph.scalar(max, dtype)]);
  if (max === Infinity) return graph.op('Max', [x!, graph.scalar(min, dtype)]);
  return graph.op('Clip', [x!, graph.scalar(min, dtype), graph.scalar(max, dtype)]);
});

const add = /* @__PURE__ */ direct('Add');
const mul = /* @__PURE__ */ direct('Mul');

const castTo = /* @__PURE__ */ pointwise<{ dtype: DType }>(([x], { graph, attrs }) => graph.op('Cast', [x!], { to: elementTypeOf(attrs.dtype) }));

/** Slopes must broadcast to what they act on, and not the other way. */
const isOneWay = ({ types: [x], output }: Facts): boolean => x!.shape.join() === output.shape.join();

export const elementwiseForms = (): ExportForms => ({
  abs: direct('Abs'),
  acos: direct('Acos'),
  acosh: direct('Acosh'),
  add: { write: (call): Value => withBias(call) ?? add.write(call) },
  asin: direct('Asin'),
  asinh: direct('Asinh'),
  atan: direct('Atan'),
  atanh: direct('Atanh'),
  cast: castTo,
  ceil: direct('Ceil'),
  clip,
  cos: direct('Cos'),
  cosh: direct('Cosh'),
  div: { write: (call): Value => withMean(call) ?? quotient.write(call) },
  elu: direct('Elu', isFloat, alpha),
  equal: direct('Equal'),
  erf: direct('Erf'),
  exp: direct('Exp'),
  floor: direct('Floor'),
  gelu,
  greater: comparison('Greater'),
  greaterEqual: comparison('GreaterOrEqual'),
  hardSigmoid: direct('HardSigmoid', undefined, ({ alpha, beta }: { alpha: number; beta: number }) => ({ alpha: { float: alpha }, beta: { float: beta } })),
  hardSwish: direct('HardSwish', isSince(14)),
  isInf: direct('IsInf'),
  isNaN: direct('IsNaN'),
  leakyRelu: direct('LeakyRelu', isFloat, alpha),
  less: comparison('Less'),
  lessEqual: comparison('LessOrEqual'),
  log: direct('Log'),
  logSigmoid: pointwise(([x], { graph }) => graph.op('Neg', [graph.op('Softplus', [graph.op('Neg', [x!])])])),
  logicalAnd: direct('And'),
  logicalNot: direct('Not'),
  logicalOr: direct('Or'),
  logicalXor: direct('Xor'),
  max: direct('Max', isNumber),
  min: direct('Min', isNumber),
  mish,
  mod: remainder,
  mul: { write: (call): Value => withScale(call) ?? mul.write(call) },
  neg: direct('Neg'),
  notEqual: pointwise((wires, { graph }) => graph.op('Not', [graph.op('Equal', wires)])),
  pow: direct('Pow'),
  prelu: direct('PRelu', isOneWay),
  reciprocal: direct('Reciprocal'),
  relu: direct('Relu', (facts) => isFloat(facts) || facts.opset >= 14),
  relu6: pointwise(([x], { graph, dtype }) => graph.op('Clip', [x!, graph.scalar(0, dtype), graph.scalar(6, dtype)])),
  round: direct('Round'),
  rsqrt: pointwise(([x], { graph }) => graph.op('Reciprocal', [graph.op('Sqrt', [x!])])),
  selu: direct('Selu', undefined, () => ({ alpha: { float: 1.6732632423543772 }, gamma: { float: 1.0507009873554805 } })),
  sigmoid: direct('Sigmoid'),
  sign: direct('Sign'),
  sin: direct('Sin'),
  sinh: direct('Sinh'),
  softplus: direct('Softplus'),
  softsign: direct('Softsign'),
  sqrt: direct('Sqrt'),
  square: pointwise(([x], { graph }) => graph.op('Mul', [x!, x!])),
  sub: direct('Sub'),
  swish: pointwise(([x], { graph }) => graph.op('Mul', [x!, graph.op('Sigmoid', [x!])])),
  tan: direct('Tan'),
  tanh: direct('Tanh'),
  where: choice,
});
