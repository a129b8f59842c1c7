import { expect } from 'chai';
import fc from 'fast-check';
import * as core from '@unfoldjs/core';
import { setBackend, tensor, UnfoldError, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';

const isLong = process.env['UNFOLD_LONG'] === '1';
const calls = isLong ? 200_000 : 20_000;

/** What changes the process or waits for the world: tried by tests of their own. */
const leftOut = new Set(['setBackend', 'getBackend', 'setMemoryLimits', 'captureSourceLines', 'sweepExpressions', 'tidy', 'defineOp', 'compile', 'customGradient']);
/** Parts for authors of ops and backends, called for every node: TypeScript's types are their contract, and nothing of users comes to them unchecked. */
const partsForAuthors = new Set(
  'sizeOf sameShape stridesOf broadcastShapes broadcastStrides formatShape sameType bytesOf formatType formatTable unfoldError badArgument allocate refuseShape refuseDType refuseArgument madeAt userLine toTensor'.split(' '),
);
const isClass = (value: object): boolean => /^class\b/.test(Function.prototype.toString.call(value));
const functions = Object.entries(core).filter(([name, value]) => typeof value === 'function' && !isClass(value) && !leftOut.has(name) && !partsForAuthors.has(name)) as [string, (...args: unknown[]) => unknown][];

const cyclicArray: unknown[] = [1];
cyclicArray.push(cyclicArray);
const cyclicObject: Record<string, unknown> = { axes: 0 };
cyclicObject['self'] = cyclicObject;

const tensors: readonly Tensor[] = [
  tensor(1),
  tensor([1, 2, 3]),
  tensor([[1, 2, 3], [4, 5, 6]]),
  tensor([1, 2, 3], [3], 'int32'),
  tensor([true, false]),
  core.zeros([0]),
  core.zeros([2, 0, 3]),
  core.ones([1, 5, 5, 2]),
  core.ones([3, 3, 2, 4]),
  core.ones([2, 3, 4, 5, 6]),
];

const strange: readonly unknown[] = [
  ...[undefined, null, NaN, Infinity, -Infinity, -0, -1, 0, 1, 2, 0.5, 2 ** 31, 2 ** 53, 1e300, true, false, '', 'same', 'x', '__proto__', 'constructor', 10n, Symbol('s')],
  ...[[], [1], [[1], [2]], [1, [2]], [, 1], [NaN], [-1], [2 ** 31, 2 ** 31], ['a'], [null], [[]], cyclicArray, new Array(3)],
  ...[{}, { axes: 0 }, { axis: 0 }, { axis: 'x' }, { strides: 0 }, { strides: [1, 2, 3] }, { padding: 'same' }, { padding: [[1, -1], [0, 0]] }, { window: 2 }, { window: 1e9 }, { groups: 2 }, { dilations: 0 }, cyclicObject],
  ...[JSON.parse('{"__proto__": {"polluted": true}}'), JSON.parse('{"constructor": {"prototype": {"polluted": true}}}'), Object.create(null), Object.create({ axes: 1 }), new Proxy({}, {})],
  ...[() => 1, function named() {}, class A {}, new Date(0), /x/, new Map(), new Set([1]), new Error('no'), Promise.resolve(1), new Float32Array(2), new Uint8Array(0), new Float64Array([1, NaN]), new ArrayBuffer(8)],
];

const argument = fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...tensors) }, { weight: 2, arbitrary: fc.constantFrom(...strange) }, { weight: 1, arbitrary: fc.array(fc.constantFrom<unknown>(...tensors, 1, 'x', null, -1), { maxLength: 3 }) });

/** What is wrong with how a call ended: nothing where it gave something or said what it refuses. */
function complaint(fault: unknown): string | null {
  if (fault instanceof UnfoldError && fault.code && fault.message.includes(fault.fix)) return null;
  return fault instanceof Error ? `${fault.name}: ${fault.message}\n${fault.stack?.split('\n').slice(1, 5).join('\n')}` : String(fault);
}

async function outcome(run: () => unknown): Promise<string | null> {
  try {
    const result = await run();
    if (result instanceof core.Tensor && result.size <= 1000) await result.data();
    return null;
  } catch (fault) {
    return complaint(fault);
  }
}

const show = (value: unknown): string => {
  if (value instanceof core.Tensor) return String(value);
  try {
    return typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? String(value));
  } catch {
    return 'a cycle';
  }
};

describe('every public function, called with anything', () => {
  before(() => setBackend(cpu()));

  it(`gives something, or an error of Unfold with a code: ${calls} calls`, async function () {
    this.timeout(600_000);
    const call = fc.tuple(fc.constantFrom(...functions), fc.array(argument, { maxLength: 4 }));
    const problems = new Map<string, string>();
    for (const [[name, fn], args] of fc.sample(call, { seed: 9, numRuns: calls })) {
      const problem = await outcome(() => fn(...args));
      if (problem && !problems.has(name)) problems.set(name, `${name}(${args.map(show).join(', ').slice(0, 200)}): ${problem}`);
    }
    expect([...problems.values()].join('\n\n')).to.equal('');
    expect(({} as { polluted?: unknown }).polluted).to.equal(undefined);
  });
});
