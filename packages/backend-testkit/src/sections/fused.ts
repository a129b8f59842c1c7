import type * as fc from 'fast-check';
import { sizeOf, type Shape } from '@unfoldjs/core';
import type { Fill } from '../arbitraries/data.js';
import { formatBody, type Body } from '../arbitraries/bodies.js';
import { convBias, convFilterBias, convFilterMatmul, convInputBias, convInputMatmul, convMatmul, fusedElementwise, matmulBias, matmulEpilogue } from '../arbitraries/fused.js';
import { callOf, type Plan } from '../arbitraries/plan.js';
import { avgPoolGradient, maxPoolGradient } from '../arbitraries/windows.js';
import { argumentsOf, formatCall, opCallOf, outputOf, programOfCall, runOnce, type Call } from '../support/call.js';
import { checkExact, checkWithin } from '../support/compare.js';
import { decomposed } from '../support/decomposed.js';
import { opNamed } from '../support/program-builder.js';
import { flushed, gamma } from './bounds.js';
import { whyLost } from './primitives.js';
import { randomCase } from './random-case.js';
import { LeftOut, type Case, type CaseContext, type Section } from './section.js';

type Check = (call: Call, context: CaseContext) => Promise<number | string>;

/** Fused ops against what they stand for: their decomposition, on the reference kernels. */
export const fusedCalls = (): Section => ({
  name: 'fused calls',
  mode: 'test',
  cases: [
    caseOf('fusedElementwise: whole numbers, bit for bit', 'fusedElementwise', fusedElementwise, 'integers', checkDecomposition),
    caseOf('fusedElementwise: NaN, infinities and zeros', 'fusedElementwise', fusedElementwise, 'specials', checkDecomposition),
    caseOf('convMatmul with any epilogue: whole numbers, bit for bit', 'convMatmul', convMatmul, 'integers', checkDecomposition),
    caseOf('convFilterMatmul with any epilogue: whole numbers, bit for bit', 'convFilterMatmul', convFilterMatmul, 'integers', checkDecomposition),
    caseOf('convInputMatmul with any epilogue: whole numbers, bit for bit', 'convInputMatmul', convInputMatmul, 'integers', checkDecomposition),
    caseOf('matmulEpilogue with any epilogue: whole numbers, bit for bit', 'matmulEpilogue', matmulEpilogue, 'integers', checkDecomposition),
    ...['relu', 'tanh'].flatMap((name) => [
      caseOf(`convMatmul, bias and ${name}: real numbers, within the derived bound`, 'convMatmul', convBias(name), 'reals', checkBias(name)),
      caseOf(`convFilterMatmul, bias and ${name}: real numbers, within the derived bound`, 'convFilterMatmul', convFilterBias(name), 'reals', checkBias(name)),
      caseOf(`convInputMatmul, bias and ${name}: real numbers, within the derived bound`, 'convInputMatmul', convInputBias(name), 'reals', checkBias(name)),
      caseOf(`matmulEpilogue, bias and ${name}: real numbers, within the derived bound`, 'matmulEpilogue', matmulBias(name), 'reals', checkBias(name)),
    ]),
    caseOf('maxPool2dGradient: ties share, within the derived bound', 'maxPool2dGradient', maxPoolGradient, 'reals', checkShares),
    caseOf('avgPool2dGradient: within the derived bound', 'avgPool2dGradient', avgPoolGradient, 'reals', checkShares),
  ],
});

function caseOf(title: string, op: string, plans: fc.Arbitrary<Plan>, fill: Fill, check: Check): Case {
  return {
    title,
    op,
    async run(context) {
      const lost = whyLost(fill, context);
      if (lost) throw new LeftOut(lost);
      await randomCase(title, callOf(opNamed(op), plans, fill), formatFused, check).run(context);
    },
  };
}

function formatFused(call: Call): string {
  const { body, epilogue, ...rest } = call.attrs as Call['attrs'] & { body?: Body; epilogue?: Body };
  return `${formatCall({ ...call, attrs: rest as Call['attrs'] })} with ${formatBody(body ?? epilogue ?? []) || 'no epilogue'}`;
}

async function checkDecomposition(call: Call, { backend }: CaseContext): Promise<number | string> {
  const supported = backend.supports(opCallOf(call));
  if (supported !== true) return supported;
  const [actual] = await runOnce(backend, programOfCall(call), argumentsOf(call));
  return checkExact(actual!, decomposed(call), outputOf(call).shape, call.op.name);
}

/**
 * A sum of K products and a bias is within gamma(K + 1) of the sum of absolute values; relu and tanh spread no error; the function
 * itself adds its own. Twice, because the reference rounds as well.
 */
const checkBias =
  (name: string): Check =>
  async (call, { backend, accuracy }): Promise<number | string> => {
    const supported = backend.supports(opCallOf(call));
    if (supported !== true) return supported;
    const [actual] = await runOnce(backend, programOfCall(call), argumentsOf(call));
    const expected = decomposed(call);
    const absolute = decomposed({ ...call, data: call.data.map((data) => data.map(Math.abs)), attrs: { ...call.attrs, epilogue: (call.attrs.epilogue as Body).slice(0, 1) as never } });
    const { shape } = outputOf(call);
    const terms = termsOf(call, shape);
    const own = accuracy[name] ?? { ulps: 0 };
    const bound = (i: number): number => 2 * (gamma(terms + 1) * absolute[i]! + own.ulps * 2 ** -23 * Math.abs(expected[i]!) + (own.absolute ?? 0));
    return checkWithin(actual!, expected, (i) => bound(i) + flushed(backend), shape, call.op.name);
  };

/**
 * A pixel gets at most one share of each element of the window: as many terms, each a quotient. Twice, because the reference rounds
 * as well.
 */
async function checkShares(call: Call, { backend, accuracy }: CaseContext): Promise<number | string> {
  const supported = backend.supports(opCallOf(call));
  if (supported !== true) return supported;
  const [actual] = await runOnce(backend, programOfCall(call), argumentsOf(call));
  const last = call.data.length - 1;
  const absolute = decomposed({ ...call, data: call.data.map((data, i) => (i === last ? data.map(Math.abs) : data)) });
  const [height, width] = call.attrs.window as readonly [number, number];
  const each = gamma(height * width) + accuracy.div!.ulps * 2 ** -23;
  return checkWithin(actual!, decomposed(call), (i) => 2 * each * absolute[i]! + flushed(backend), outputOf(call).shape, call.op.name);
}

/** How many products make one element. */
const termsOf = (call: Call, output: Shape): number => (termsOfConvolution[call.op.name] ?? termsOfMatrices)(call, output);

const termsOfConvolution: Readonly<Record<string, (call: Call) => number>> = {
  convMatmul: ({ inputs: [, filters] }) => filters!.shape[0]!,
  convFilterMatmul: ({ inputs: [, dy] }) => sizeOf(dy!.shape.slice(0, 3)),
  convInputMatmul: ({ inputs: [dy], attrs }) => sizeOf(attrs.window as Shape) * dy!.shape[3]!,
};

const termsOfMatrices = ({ inputs: [a], attrs }: Call, output: Shape): number =>
  output.length === 0 || sizeOf(a!.shape) === 0 ? 0 : a!.shape.at(attrs.transposeA ? -2 : -1)!;
