import * as fc from 'fast-check';
import { apply, formatType, sameType, tensor, UnfoldError, zeros, type Attrs, type DType, type OpDef, type TensorType } from '@unfoldjs/core';
import { explain } from '@unfoldjs/core/explain';
import { kernelBackend, referenceKernels } from '@unfoldjs/core/reference';
import { ieeeAccuracy } from '../accuracy.js';
import { callOf } from '../arbitraries/plan.js';
import type { Fill } from '../arbitraries/data.js';
import type { OwnOp } from '../own-op.js';
import { formatCall, outputOf, type Call } from '../support/call.js';
import { checkExact, checkWithin } from '../support/compare.js';
import { decomposed } from '../support/decomposed.js';
import { check, fail } from '../support/fail.js';
import { runGraph } from '../support/graph.js';
import { byKernel, referenceOr } from '../support/reference.js';
import { checkSlopes, onGrid } from './op-slopes.js';
import { declareLaws, type Law, type Runner } from './suite-options.js';

/** A call that the op must refuse. */
export interface RefusedCall {
  readonly inputs: readonly TensorType[];
  readonly attrs: Attrs;
  /** The `code` of the error: `SHAPE_MISMATCH`, `DTYPE_MISMATCH`, `INVALID_ARGUMENT`. */
  readonly code: string;
  /** The argument, operand or attribute, that the error names. */
  readonly argument: string;
}

export interface OpSuiteOptions extends Runner, OwnOp {
  /** Calls that its type rule must refuse, at least one. */
  readonly refuses: readonly RefusedCall[];
  /** Random calls of each law. Default: 50. */
  readonly runs?: number;
  /** Seed of the random calls. Default: 1; the same seed tries the same calls. */
  readonly seed?: number;
}

/**
 * Declares the laws of one op as tests: its type rule, its definition and its reference kernel agree; the optimizer keeps its values, folded to a
 * constant too; its gradient is the slope (central differences in doubles); wrong operands and attributes are refused with typed errors;
 * its work is a number; `explain` names it.
 *
 * @throws ConformanceError for an op that has neither a definition nor a reference kernel, and where `refuses` is empty.
 * @example
 * import { describe, it } from 'node:test';
 * import { opSuite } from '@unfoldjs/backend-testkit';
 * import { operands } from '@unfoldjs/backend-testkit/arbitraries';
 * import { defineOp, refuseDType } from '@unfoldjs/core';
 * const twice = defineOp({
 *   name: 'twice',
 *   args: ['x'],
 *   infer([x]) {
 *     if (x.dtype === 'bool') throw refuseDType('x', 'it is bool.', "cast it first: `x.cast('float32')`.");
 *     return x;
 *   },
 *   decompose: ([x]) => x.add(x),
 * });
 * const bool = { dtype: 'bool', shape: [2] } as const;
 * const refuses = [{ inputs: [bool], attrs: {}, code: 'DTYPE_MISMATCH', argument: 'x' }];
 * opSuite({ describe, it, op: twice, dtypes: ['float32', 'int32'], plans: operands(1), refuses, runs: 10 });
 */
export function opSuite({ describe, it, runs = 50, seed = 1, refuses, ...own }: OpSuiteOptions): void {
  const { op, reference } = own;
  if (op.isPrimitive && !reference) fail(`${op.name} has no definition: give \`decompose\` to defineOp, or \`reference\` to the suite.`);
  if (refuses.length === 0) fail(`\`refuses\` is empty: name a call that ${op.name} must refuse.`);
  declareLaws({ describe, it }, `op ${op.name}`, lawsOf(own, refuses, { runs, seed }));
}

function lawsOf(own: OwnOp, refuses: readonly RefusedCall[], random: { readonly runs: number; readonly seed: number }): readonly Law[] {
  const { op, dtypes, reference } = own;
  const kernels = reference && { [op.name]: reference };
  const backend = kernelBackend({ name: 'reference', kernels: { ...referenceKernels, ...kernels } });
  const onCalls = (title: string, test: (call: Call, seed: number) => void | Promise<void>, fill?: Fill, only?: DType): Law => ({
    title,
    async check() {
      for (const dtype of only ? [only] : dtypes) {
        const fills: readonly Fill[] = dtype !== 'float32' ? ['integers'] : fill ? [fill] : (own.fills ?? ['integers', 'reals']);
        for (const each of fills) {
          const calls = fc.record({ call: callOf(op, own.plans(dtype), each), seed: fc.integer() });
          const property = fc.asyncProperty(calls, async ({ call, seed }) => {
            try {
              await test(call, seed);
            } catch (fault) {
              fail(`${fault instanceof Error ? fault.message : String(fault)}\n  case: ${formatCall(call)}`);
            }
          });
          await fc.assert(property, { numRuns: random.runs, seed: random.seed, endOnFailure: true });
        }
      }
    },
  });
  const compare = (actual: ReturnType<typeof decomposed>, call: Call): void => {
    const { shape } = outputOf(call);
    const expected = referenceOr(reference);
    if (!own.bound || outputOf(call).dtype !== 'float32') return void checkExact(actual, expected(call), shape, op.name);
    const exact = expected(call, 'float64');
    checkWithin(actual, exact, own.bound(call, exact, ieeeAccuracy), shape, op.name);
  };

  let slopes = 0;
  const laws: Law[] = [];
  if (!op.isPrimitive) {
    laws.push(
      onCalls('its definition has the type that its type rule says', (call) => {
        const type = outputOf(call);
        const found = op.decompose(tensorsOf(call), call.attrs, type)!.type;
        check(sameType(found, type), () => `its definition is ${formatType(found)}; its type rule says ${formatType(type)}.`);
      }),
    );
  }
  if (reference) {
    laws.push(
      onCalls('its reference kernel writes every element of the result, and leaves its operands alone', (call) => {
        const marked = (fill: number) => byKernel((each) => {
          each.output.data.fill(fill);
          reference(each);
        }, call);
        const before = call.data.map((data) => data.slice());
        checkExact(marked(1), marked(0), outputOf(call).shape, 'the result over other memory');
        call.data.forEach((data, i) => checkExact(data, before[i]!, call.inputs[i]!.shape, `operand ${op.argName(i)} after the kernel`));
      }),
    );
    if (!op.isPrimitive) laws.push(onCalls('its definition gives what its reference kernel gives', (call) => compare(decomposed(call), call)));
  }
  laws.push(
    onCalls('keeps its values in optimised programs, folded to a constant too', async (call) => {
      for (const hostData of ['inputs', 'constants'] as const) {
        const values = await runGraph([apply(op, tensorsOf(call), call.attrs)], backend, { level: 2, hostData });
        compare(typeof values === 'string' ? fail(`a backend of the reference kernels refuses it: ${values}.`) : values[0]!, call);
      }
    }),
  );
  if (dtypes.includes('float32')) {
    const law = onCalls('its gradient is the slope of central differences', (call, seed) => void (slopes += outputOf(call).dtype === 'float32' ? checkSlopes(onGrid(call), seed, kernels ?? {}) : 0), 'reals', 'float32');
    laws.push({
      title: law.title,
      async check() {
        slopes = 0;
        await law.check();
        check(slopes >= random.runs, () => `only ${slopes} slopes could be compared: \`plans\` give too few elements, or data at kinks.`);
      },
    });
  }
  laws.push(
    {
      title: 'refuses wrong operands and attributes with typed errors',
      async check() {
        for (const refused of refuses) checkRefused(op, refused);
      },
    },
    onCalls('counts its work', (call) => {
      const flops = op.flops(call.inputs, call.attrs, outputOf(call));
      check(Number.isFinite(flops) && flops >= 0, () => `flops gives ${flops}; it must be a number of operations, 0 or more.`);
    }),
    onCalls('is named by explain', async (call) => {
      const explanation = await explain(apply(op, tensorsOf(call), call.attrs), { backend });
      check(JSON.stringify(explanation).includes(`"${op.name}"`), () => `explain does not name ${op.name}, neither as a step nor as what became of one.`);
    }),
  );
  return laws;
}

const tensorsOf = (call: Call) => call.inputs.map(({ shape, dtype }, i) => tensor(call.data[i]!, shape, dtype));

function checkRefused(op: OpDef, { inputs, attrs, code, argument }: RefusedCall): void {
  const call = formatCall({ op, attrs, inputs });
  let fault: unknown;
  try {
    apply(op, inputs.map(({ shape, dtype }) => zeros(shape, dtype)), attrs);
  } catch (error) {
    fault = error;
  }
  if (fault === undefined) fail(`${call} is not refused; it must be, with ${code}.`);
  if (!(fault instanceof UnfoldError)) fail(`${call} is refused with ${String(fault)}; throw \`refuseShape\`, \`refuseDType\` or \`refuseArgument\`.`);
  check(fault.code === code, () => `${call} is refused with ${fault.code}; it must be ${code}.`);
  check(fault.argument === argument, () => `${call}: the error names ${String(fault.argument)}; it must name ${argument}.`);
}
