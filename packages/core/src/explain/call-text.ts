import type { AttrValue } from '../expr/attrs.js';
import type { ElementwiseBody } from '../ops/fused/body.js';
import type { Program, Step, ValueId } from '../program/program.js';
import { plain } from './snapshot.js';

/** `in0` for inputs, the number itself for scalars, `const0` for other constants, `t3` for the result of step 3. */
export function nameValues({ inputs, constants, steps }: Program): ReadonlyMap<ValueId, string> {
  const names = new Map<ValueId, string>();
  inputs.forEach(({ value }, i) => names.set(value, `in${i}`));
  let tables = 0;
  for (const { value, data } of constants) names.set(value, data.length === 1 ? String(data[0]) : `const${tables++}`);
  steps.forEach(({ output }, i) => names.set(output, `t${i}`));
  return names;
}

/** A step as one line: `convMatmul(in0, in1, in2) window 3x3 padding 1 then add, relu`. */
export function callText({ op, attrs, inputs }: Step, names: ReadonlyMap<ValueId, string>): string {
  const {
    body,
    epilogue,
    dtype: _dtype,
    ...rest
  } = attrs as { body?: ElementwiseBody; epilogue?: ElementwiseBody; dtype?: string } & Record<string, AttrValue>;
  const call = `${op.name}(${listed(inputs.map(({ value }) => names.get(value)!))})`;
  const details = Object.entries(rest)
    .filter(([key, value]) => !isPlainCase(key, value))
    .map(([key, value]) => (value === true ? key : `${key} ${compact(key, value)}`));
  const code = body ?? epilogue ?? [];
  const then = code.length === 0 ? [] : [`${epilogue ? 'then ' : ''}${listed(code.map((step) => step.op.name))}`];
  return [call, ...details, ...then].join(' ');
}

/** The first few of many. */
const listed = (words: readonly string[]): string =>
  words.length > 8 ? `${words.slice(0, 6).join(', ')}, ... ${words.length - 6} more` : words.join(', ');

/** What goes without saying: no padding, steps of 1, flags that are off. */
const isPlainCase = (key: string, value: AttrValue): boolean =>
  value === false ||
  (key === 'groups' && value === 1) ||
  ((key === 'strides' || key === 'dilations') && everyNumber(value, 1)) ||
  (key === 'padding' && everyNumber(value, 0));

const everyNumber = (value: AttrValue, wanted: number): boolean =>
  Array.isArray(value) ? (value as readonly AttrValue[]).every((entry) => everyNumber(entry, wanted)) : value === wanted;

/** `3x3` for a window, one number where all are equal, else the value as it is. */
function compact(key: string, value: AttrValue): string {
  const numbers = Array.isArray(value) ? (value as readonly AttrValue[]).flat() : [];
  if (key === 'window') return numbers.join('x');
  if (
    numbers.length > 1 &&
    (key === 'strides' || key === 'dilations' || key === 'padding') &&
    numbers.every((n) => n === numbers[0])
  )
    return String(numbers[0]);
  return JSON.stringify(plain(value)).replaceAll('"', '').replaceAll(',', ', ');
}
