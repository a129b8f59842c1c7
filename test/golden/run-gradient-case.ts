import { evaluate, mul, sum, type Backend, type Tensor } from '@unfoldjs/core';
import { grad } from '@unfoldjs/core/autodiff';
import { adapters } from './adapters.js';
import type { GoldenAttrs, GradientCase } from './format.js';
import { difference, firstLine, tensorOf } from './run-case.js';

/** Runs a gradient on a backend; gives what is wrong, or null. */
export async function runGradientCase(golden: GradientCase, backend: Backend): Promise<string | null> {
  try {
    const inputs = await Promise.all(golden.inputs.map((input) => tensorOf(input).to(backend)));
    const dy = golden.dy && (await tensorOf(golden.dy).to(backend));
    const loss = (chosen: readonly Tensor[]): Tensor => {
      const all = inputs.map((input, i) => chosen[golden.wrt.indexOf(i)] ?? input);
      const y = result(golden, all);
      return sum(dy ? mul(y, dy) : y);
    };
    const gradients = grad(loss)(golden.wrt.map((i) => inputs[i]!));
    await evaluate(...gradients);
    for (const [i, want] of golden.expected.grads.entries()) {
      const problem = want ? await difference(gradients[i] ?? null, want, golden.tolerance ?? { abs: 0 }) : null;
      if (problem) return `for input ${golden.wrt[i]}: ${problem}`;
    }
    return null;
  } catch (error) {
    return firstLine(error);
  }
}

/** What the case differentiates. */
function result({ of, attrs, program, result: last, inputs, outputIndex }: GradientCase, all: readonly Tensor[]): Tensor {
  if (!program) return call(of, all, attrs, inputs.map(({ name }, i) => name ?? `${i}`))[outputIndex ?? 0]!;
  const values = [...all];
  for (const step of program) values.push(call(step.op, step.in.map((i) => values[i]!), step.attrs, stepNames(step.op))[0]!);
  return values[last!]!;
}

function call(op: string, all: readonly Tensor[], attrs: GoldenAttrs = {}, names: readonly string[]): readonly Tensor[] {
  const named = Object.fromEntries(all.map((tensor, i) => [names[i], tensor]));
  const given = adapters[op]!.run({ all, named }, attrs);
  return (Array.isArray(given) ? given : [given]) as readonly Tensor[];
}

/** The steps of programs give operands by position alone. */
const stepNames = (op: string): readonly string[] => (/conv/i.test(op) ? ['x', 'filter'] : []);
