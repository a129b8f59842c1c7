import { matmul, setBackend, tensor } from '@unfoldjs/core';
import { wasm } from '@unfoldjs/backend-wasm';
import { expect } from 'chai';

type Range = readonly [from: number, to: number];
type Run = (...args: number[]) => void;
type Instance = new (module: unknown, imports: unknown) => { readonly exports: Readonly<Record<string, Run>> };

const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: { Instance: Instance } };

/** What `act` calls in WebAssembly: for each function of a module the units of its calls, in order. */
async function callsIn(act: () => Promise<unknown>): Promise<Range[][]> {
  const { Instance } = WebAssembly;
  const functions: Range[][] = [];
  const watched = (run: Run): Run => {
    const ranges: Range[] = [];
    functions.push(ranges);
    return (...args) => {
      ranges.push([args.at(-2)!, args.at(-1)!]);
      run(...args);
    };
  };
  WebAssembly.Instance = function (module: unknown, imports: unknown) {
    const { exports } = new Instance(module, imports);
    return { exports: Object.fromEntries(Object.entries(exports).map(([name, run]) => [name, watched(run)])) };
  } as never;
  try {
    await act();
  } finally {
    WebAssembly.Instance = Instance;
  }
  return functions;
}

const productOf = async (size: number): Promise<Range[][]> => {
  const numbers = tensor(Float32Array.from({ length: size * size }, (_, i) => i % 7), [size, size]);
  return callsIn(() => matmul(numbers, numbers).data());
};

describe('calls of one thread', () => {
  before(() => setBackend(wasm({ threads: 1 })));

  it('of much work are divided, so that code which the runtime compiled better meanwhile is used at once', async () => {
    const longest = (await productOf(256)).reduce((a, b) => (b.length > a.length ? b : a));
    expect(longest.length).to.be.above(2);
    expect(longest[0]![0]).to.equal(0);
    longest.slice(1).forEach(([from], i) => expect(from).to.equal(longest[i]![1]));
  });

  it('of little work are not', async () => {
    const functions = await productOf(16);
    expect(functions.flat()).to.have.length.above(0);
    for (const ranges of functions) expect(ranges.filter(([from]) => from > 0)).to.deep.equal([]);
  });
});
