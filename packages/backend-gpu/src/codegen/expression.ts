import type { Attrs, DType, OpDef } from '@unfoldjs/core';
import type { ModeFacts } from '../modes.js';
import { literal, literalOperand } from './literal.js';
import { hyperbolicTangent, logarithm, sineOrCosine } from './shader-functions.js';

/** What the code of one elementwise operation may need to know. */
interface ScalarCode {
  readonly attrs: Attrs;
  /** The dtype of the last operand. */
  readonly dtype: DType;
  readonly facts: ModeFacts;
  /** Names a value that is used more than once. */
  readonly keep: (expression: string) => string;
}

type Write = (code: ScalarCode, a: string, b: string, c: string) => string;

const truth = (condition: string): string => `(${condition} ? 1.0 : 0.0)`;
const math =
  (name: string): Write =>
  (_, x) =>
    `Math.${name}(${x})`;
const infix =
  (operator: string): Write =>
  (_, a, b) =>
    `(${a} ${operator} ${b})`;

/** Comparisons instead of Math.max where that loses NaN: neither comparison holds for it, and a sum keeps it. */
const extreme =
  (name: 'max' | 'min', operator: '>' | '<'): Write =>
  ({ facts, keep }, first, second) => {
    if (facts.exactMax) return `Math.${name}(${first}, ${second})`;
    const [a, b] = [keep(first), keep(second)];
    return `(${a} ${operator} ${b} ? ${a} : (${a} ${operator}= ${b} || ${b} ${operator} ${a} ? ${b} : ${a} + ${b}))`;
  };

const truncated = (x: string): string => `(${x} < 0.0 ? Math.ceil(${x}) : Math.floor(${x}))`;

const cast: Write = ({ attrs, dtype, keep }, x) => {
  // NaN is true, and in webgpu `x !== 0.0` is false for it.
  if (attrs.dtype === 'bool') return dtype === 'bool' ? x : `(${x} === 0.0 ? 0.0 : 1.0)`;
  if (attrs.dtype !== 'int32' || dtype !== 'float32') return x;
  const value = keep(x);
  return `(Math.abs(${value}) < 2147483648.0 ? ${truncated(value)} : 0.0)`;
};

const div: Write = ({ dtype, keep }, a, b) => {
  if (dtype !== 'int32') return `(${a} / ${b})`;
  const divisor = keep(b);
  return `(${divisor} === 0.0 ? 0.0 : Math.floor(${a} / ${divisor}))`;
};

const mod: Write = ({ dtype, facts, keep }, first, second) => {
  const [a, b] = [keep(first), keep(second)];
  if (dtype === 'int32') return `(${b} === 0.0 ? 0.0 : ${a} - Math.floor(${a} / ${b}) * ${b})`;
  const rest = keep(facts.wide ? `${a} % ${b}` : remainder(a, b, keep));
  return `(${rest} !== 0.0 && ((${rest} < 0.0 && ${b} > 0.0) || (${rest} > 0.0 && ${b} < 0.0)) ? ${rest} + ${b} : ${rest})`;
};

/** a - trunc(a / b) * b, corrected by one where the quotient was rounded up past a whole number. */
function remainder(a: string, b: string, keep: ScalarCode['keep']): string {
  const quotient = keep(`${a} / ${b}`);
  const rest = keep(`${a} - ${truncated(quotient)} * ${b}`);
  return `(Math.abs(${b}) > 3.4028234663852886e38 && Math.abs(${a}) <= 3.4028234663852886e38 ? ${a} : ((${rest} > 0.0 && ${a} < 0.0) || (${rest} < 0.0 && ${a} > 0.0) ? ${rest} + (${quotient} < 0.0 ? -1.0 : 1.0) * ${b} : ${rest}))`;
}

const pow: Write = ({ dtype, facts, keep }, first, second) => {
  const [a, b] = [keep(first), keep(second)];
  const isShader = !facts.exactMax;
  if (dtype === 'int32') {
    const size = keep(`Math.abs(${a})`);
    const whole = isShader ? signedPower(a, b, size, keep, true) : `Math.pow(${a}, ${b})`;
    return `(${b} < 0.0 && ${size} !== 1.0 ? 0.0 : ${whole})`;
  }
  if (!isShader) return `Math.pow(${a}, ${b})`;
  const size = keep(`Math.abs(${a})`);
  const hasNoResult = `${a} < 0.0 && ${size} <= 3.4028234663852886e38 && ${b} !== Math.floor(${b})`;
  const nan = literal(NaN, 'float32', facts);
  // Shaders give any number for NaN; anything to the power of 0 is 1.
  return `(${b} === 0.0 ? 1.0 : (!(${a} <= 0.0 || ${a} > 0.0) || !(${b} <= 0.0 || ${b} > 0.0) || (${hasNoResult}) ? ${nan} : ${signedPower(a, b, size, keep, false)}))`;
};

/** Shaders know powers of positive numbers only. */
function signedPower(a: string, b: string, size: string, keep: ScalarCode['keep'], isWhole: boolean): string {
  const power = `Math.pow(${size}, ${b})`;
  const value = keep(isWhole ? `Math.floor(${power} + 0.5)` : power);
  const half = keep(`${b} * 0.5`);
  return `(${a} < 0.0 && ${half} !== Math.floor(${half}) ? -${value} : ${value})`;
}

/** Where shaders have a function that is too rough, one of our own. */
const ownInShaders =
  (name: 'sin' | 'cos' | 'tanh', write: (x: string, keep: ScalarCode['keep']) => string): Write =>
  ({ facts, keep }, x) =>
    facts.exactMax ? `Math.${name}(${x})` : write(x, keep);

/** In webgpu `x !== x` is false for NaN. */
const isNaN: Write = ({ facts, keep }, x) => {
  const value = keep(x);
  return truth(facts.exactMax ? `${value} !== ${value}` : `!(${value} <= 0.0 || ${value} > 0.0)`);
};

/** Shaders give any number for NaN here, and for what has no result. */
const exp: Write = ({ facts, keep }, x) => {
  if (facts.exactMax) return `Math.exp(${x})`;
  const value = keep(x);
  return `(${value} <= 0.0 || ${value} > 0.0 ? Math.exp(${value}) : ${value})`;
};
const log: Write = ({ facts, keep }, x) => {
  if (facts.exactMax) return `Math.log(${x})`;
  const value = keep(x);
  return `(${value} > 0.0 ? ${logarithm(value, keep)} : (${value} === 0.0 ? ${literal(-Infinity, 'float32', facts)} : ${literal(NaN, 'float32', facts)}))`;
};
const sqrt: Write = ({ facts, keep }, x) => {
  if (facts.exactMax) return `Math.sqrt(${x})`;
  const value = keep(x);
  return `(${value} >= 0.0 ? Math.sqrt(${value}) : ${literal(NaN, 'float32', facts)})`;
};

const relu: Write = (code, x) => extreme('max', '>')(code, x, '0.0', '');

/** Elementwise operations as kernel code; results need rounding only in modes that calculate wider. */
const writers: Readonly<Record<string, Write>> = {
  add: infix('+'),
  sub: infix('-'),
  mul: infix('*'),
  div,
  mod,
  pow,
  max: extreme('max', '>'),
  min: extreme('min', '<'),
  less: (_, a, b) => truth(`${a} < ${b}`),
  equal: (_, a, b) => truth(`${a} === ${b}`),
  where: (_, condition, a, b) => `(${condition} !== 0.0 ? ${a} : ${b})`,
  neg: (_, x) => `(-${x})`,
  exp,
  log,
  sqrt,
  sin: ownInShaders('sin', (x, keep) => sineOrCosine('sin', x, keep)),
  cos: ownInShaders('cos', (x, keep) => sineOrCosine('cos', x, keep)),
  tanh: ownInShaders('tanh', hyperbolicTangent),
  floor: math('floor'),
  isNaN,
  cast,
  relu,
};

/** True where the operation can be written as kernel code. */
export const canExpress = (op: OpDef): boolean => op.isElementwise && Object.hasOwn(writers, op.name);

/** An operand of an instruction: an input of the body, the result of an earlier instruction, or a number. */
export type BodyArg = { readonly input: number } | { readonly step: number } | { readonly value: number; readonly dtype: DType };

export interface BodyInstruction {
  readonly op: OpDef;
  readonly attrs: Attrs;
  readonly args: readonly BodyArg[];
  readonly dtype: DType;
}

/** Operations on one element each; the last one is the result. */
export type Body = readonly BodyInstruction[];

export interface BodyInput {
  /** The name under which it was read. */
  readonly name: string;
  readonly dtype: DType;
}

const isZero = (arg: BodyArg): boolean => 'value' in arg && arg.value === 0;

/** Compilers of shaders take 0.0 * x and 0.0 / x for 0, which they are not for NaN and infinities; nor is this. */
const zeroLike = (name: string): string => `(${name} - ${name})`;

/** Statements that calculate a body, and the name of its result. `prefix` keeps the names of two bodies in one kernel apart. */
export function writeBody(body: Body, inputs: readonly BodyInput[], facts: ModeFacts, prefix = 's'): { lines: string[]; result: string } {
  const lines: string[] = [];
  const results: string[] = [];
  let kept = 0;
  const keep = (expression: string): string => {
    if (/^[\w.]+$/.test(expression)) return expression;
    const name = `${prefix}t${kept++}`;
    lines.push(`const ${name} = ${expression};`);
    return name;
  };
  const nameOf = (arg: BodyArg): string => {
    if ('input' in arg) return inputs[arg.input]!.name;
    if ('step' in arg) return results[arg.step]!;
    return literalOperand(`${prefix}t${kept++}`, arg.value, arg.dtype, facts, lines);
  };
  const dtypeOf = (arg: BodyArg): DType => ('input' in arg ? inputs[arg.input]!.dtype : 'step' in arg ? body[arg.step]!.dtype : arg.dtype);

  body.forEach(({ op, attrs, args, dtype }, at) => {
    const names = args.map(nameOf);
    if (!facts.exactMax && isZero(args[0]!) && (op.name === 'mul' || op.name === 'div')) names[0] = zeroLike(names[1]!);
    if (!facts.exactMax && args[1] && isZero(args[1]) && op.name === 'mul') names[1] = zeroLike(names[0]!);
    const [a = '', b = '', c = ''] = names;
    const expression = writers[op.name]!({ attrs, dtype: dtypeOf(args.at(-1)!), facts, keep }, a, b, c);
    const name = `${prefix}${at}`;
    lines.push(`const ${name} = ${facts.wide && dtype === 'float32' ? `Math.fround(${expression})` : expression};`);
    results.push(name);
  });
  return { lines, result: results.at(-1)! };
}
