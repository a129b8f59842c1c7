import { broadcastStrides } from '@unfoldjs/core';
import type { Body, BodyArg } from '../expression.js';
import { affine } from '../index-math.js';
import type { Bindings, SourceCall } from '../kernel-source.js';

/** A finished sum on its way to its place, in WGSL. */
export interface WgslEpilogue {
  /** ` add relu`, for the kernel's name. */
  readonly name: string;
  /** What to store for a vector of sums, where the result's axes have these indices in each lane. */
  write(sums: string, axes: readonly (readonly string[])[]): { readonly lines: readonly string[]; readonly result: string };
}

export const noEpilogue: WgslEpilogue = { name: '', write: (sums) => ({ lines: [], result: sums }) };

/** As the same operations in `expression.ts`: comparisons that NaN passes through. */
const writers: Readonly<Record<string, (a: string, b: string) => string>> = {
  add: (a, b) => `${a} + ${b}`,
  sub: (a, b) => `${a} - ${b}`,
  mul: (a, b) => `${a} * ${b}`,
  div: (a, b) => `${a} / ${b}`,
  neg: (a) => `-${a}`,
  relu: (a) => `select(select(${a}, vec4f(0.0), ${a} <= vec4f(0.0)), ${a}, ${a} > vec4f(0.0))`,
  max: (a, b) => `select(select(${a} + ${b}, ${b}, (${a} >= ${b}) | (${b} > ${a})), ${a}, ${a} > ${b})`,
  min: (a, b) => `select(select(${a} + ${b}, ${b}, (${a} <= ${b}) | (${b} < ${a})), ${a}, ${a} < ${b})`,
};

/** Zero is left out: compilers of shaders take 0.0 * x for 0. */
const canWrite = (value: number): boolean => Number.isFinite(value) && value !== 0;

const splat = (value: number): string => {
  const text = String(Math.fround(value));
  return `vec4f(${/[.e]/.test(text) ? text : `${text}.0`})`;
};

/** The epilogue of a call in WGSL; null where it has something that is not written here. */
export function wgslEpilogue(call: SourceCall, bindings: Bindings): WgslEpilogue | null {
  const { attrs, inputs, output } = call;
  const body = (attrs.epilogue ?? []) as unknown as Body;
  const extras = inputs.slice(2);
  const isKnown = (arg: BodyArg): boolean => !('value' in arg) || canWrite(arg.value);
  if (!body.every(({ op, args, dtype }) => dtype === 'float32' && Object.hasOwn(writers, op.name) && args.every(isKnown))) return null;
  if (!extras.every(({ type, literal }) => type.dtype === 'float32' && (literal === null || canWrite(literal)))) return null;
  const reads = extras.map(({ type, literal }, extra) =>
    literal === null ? { name: bindings.operand(extra + 2), strides: broadcastStrides(type.shape, output.shape) } : { value: splat(literal) },
  );
  return {
    name: body.map(({ op }) => ` ${op.name}`).join(''),
    write(sums, axes) {
      const lines: string[] = [];
      const operands = [sums];
      reads.forEach((read, extra) => {
        if ('value' in read) {
          operands.push(read.value);
          return;
        }
        const elements = axes.map((lane) => `user_${read.name}[${affine(lane.map((axis, i) => [axis, read.strides[i]!] as const))}]`);
        lines.push(`let e${extra} = vec4f(${new Set(elements).size === 1 ? elements[0] : elements.join(', ')});`);
        operands.push(`e${extra}`);
      });
      const results: string[] = [];
      const nameOf = (arg: BodyArg): string => ('input' in arg ? operands[arg.input]! : 'step' in arg ? results[arg.step]! : splat(arg.value));
      body.forEach(({ op, args }, at) => {
        const [a = '', b = ''] = args.map(nameOf);
        lines.push(`let f${at} = ${writers[op.name]!(a, b)};`);
        results.push(`f${at}`);
      });
      return { lines, result: results.at(-1) ?? sums };
    },
  };
}
