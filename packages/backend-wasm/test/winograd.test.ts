import { add, compile, conv2d, relu, setBackend, sum, tensor, type Backend, type Tensor } from '@unfoldjs/core';
import { grad } from '@unfoldjs/core/autodiff';
import { explain } from '@unfoldjs/core/explain';
import { wasm } from '@unfoldjs/backend-wasm';
import { expect } from 'chai';
import fc from 'fast-check';

/** The transforms, as in Lavin and Gray; the filter's for 3 and for 5 taps. */
const B = [
  [4, 0, -5, 0, 1, 0],
  [0, -4, -4, 1, 1, 0],
  [0, 4, -4, -1, 1, 0],
  [0, -2, -1, 2, 1, 0],
  [0, 2, -1, -2, 1, 0],
  [0, 4, 0, -5, 0, 1],
];
const powers = (count: number) => [0, 1, -1, 2, -2].map((point) => Array.from({ length: count }, (_, k) => point ** k));
const G = (taps: number) => [...powers(taps).map((row, i) => row.map((value) => value / [4, 6, 6, 24, 24][i]!)), Array.from({ length: taps }, (_, k) => Number(k === taps - 1))];
const A = (size: number) => Array.from({ length: size }, (_, k) => [...powers(size).map((row) => row[k]!), Number(k === size - 1)]);

/** |M| X |M|^T for a square X. */
const sandwich = (matrix: number[][], x: (i: number, j: number) => number): number[][] =>
  matrix.map((rowI) => matrix.map((rowJ) => rowI.reduce((total, a, i) => total + rowJ.reduce((part, b, j) => part + Math.abs(a * b) * x(i, j), 0), 0)));

interface Problem {
  readonly taps: 3 | 5;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly outputs: number;
  readonly x: Float32Array;
  readonly filters: Float32Array;
}

/** Results in float64, and for each how far Winograd's algorithm in float32 may be from it. */
function exactly({ taps, height, width, channels, outputs, x, filters }: Problem): { values: Float64Array; bounds: Float64Array } {
  const size = 7 - taps;
  const [rows, columns] = [height - taps + 1, width - taps + 1];
  const values = new Float64Array(rows * columns * outputs);
  const bounds = new Float64Array(values.length);
  const pixel = (i: number, j: number, c: number): number => (i < height && j < width ? x[(i * width + j) * channels + c]! : 0);
  const weight = (i: number, j: number, c: number, o: number): number => filters[((i * taps + j) * channels + c) * outputs + o]!;
  // Roundings on the way of a number: both sides of both transforms, products and their sum, both sides of the last transform.
  const roundings = 2 * 4 + 2 * (taps + 1) + 1 + channels + 2 * 6;
  const gamma = (roundings * 2 ** -24) / (1 - roundings * 2 ** -24);
  for (let o = 0; o < outputs; o++) {
    const transformed = Array.from({ length: channels }, (_, c) => sandwich(G(taps), (i, j) => Math.abs(weight(i, j, c, o))));
    for (let top = 0; top < rows; top += size) {
      for (let left = 0; left < columns; left += size) {
        const products = Array.from({ length: 6 }, () => new Array<number>(6).fill(0));
        for (let c = 0; c < channels; c++) {
          const tile = sandwich(B, (i, j) => Math.abs(pixel(top + i, left + j, c)));
          for (let i = 0; i < 6; i++) for (let j = 0; j < 6; j++) products[i]![j]! += tile[i]![j]! * transformed[c]![i]![j]!;
        }
        const bound = sandwich(A(size), (i, j) => products[i]![j]!);
        for (let i = 0; i < size && top + i < rows; i++) for (let j = 0; j < size && left + j < columns; j++) {
          const at = ((top + i) * columns + left + j) * outputs + o;
          bounds[at] = gamma * bound[i]![j]! + 2 ** -140;
          for (let c = 0; c < channels; c++) for (let a = 0; a < taps; a++) for (let b = 0; b < taps; b++) values[at]! += pixel(top + i + a, left + j + b, c) * weight(a, b, c, o);
        }
      }
    }
  }
  return { values, bounds };
}

/** Numbers that cancel, of sizes that differ by powers of two: what transforms with large and small entries find hardest. */
const adversarial = (seed: number, size: number): Float32Array => {
  let state = seed | 1;
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) | 0) >>> 0;
  const level = 2 ** ((next() % 9) - 4);
  return Float32Array.from({ length: size }, (_, i) => (next() % 4 === 0 ? level * (i % 2 === 0 ? 1 : -1) : (next() / 2 ** 32 - 0.5) * 2 ** (next() % 12)));
};

const problems = fc
  .record({
    taps: fc.constantFrom(3 as const, 5 as const),
    height: fc.integer({ min: 6, max: 12 }),
    width: fc.integer({ min: 6, max: 12 }),
    channels: fc.integer({ min: 10, max: 17 }),
    outputs: fc.integer({ min: 10, max: 13 }),
    seed: fc.integer({ min: 1, max: 2 ** 30 }),
  })
  .map(({ seed, ...shape }): Problem => {
    const { taps, height, width, channels, outputs } = shape;
    return { ...shape, x: adversarial(seed, height * width * channels), filters: adversarial(seed + 1, taps * taps * channels * outputs) };
  });

describe("Winograd's algorithm in WebAssembly", () => {
  let [fast, exact] = [null!, null!] as [Backend, Backend];
  before(async () => {
    [fast, exact] = await Promise.all([wasm({ precision: 'fast' }).open(), wasm({ precision: 'exact' }).open()]);
  });
  after(() => Promise.all([fast.dispose(), exact.dispose()]));

  const convolve = ({ taps, height, width, channels, outputs, x, filters }: Problem): Tensor =>
    conv2d(tensor(x, [1, height, width, channels]), tensor(filters, [taps, taps, channels, outputs]));

  /** What `make` gives on a backend, with the kernels that ran. */
  async function on(backend: Backend, make: () => Tensor): Promise<{ data: Float32Array; kernels: string }> {
    await setBackend(backend);
    const kernels = String(await explain(make()));
    return { data: (await make().data()) as Float32Array, kernels };
  }

  it('stays within the bound that follows from its transforms, on numbers chosen to cancel', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(problems, async (problem) => {
        const { data, kernels } = await on(fast, () => convolve(problem));
        if (kernels.includes('Winograd')) runs++;
        const { values, bounds } = exactly(problem);
        data.forEach((value, i) => {
          if (!(Math.abs(value - values[i]!) <= bounds[i]!)) throw new Error(`element ${i}: ${value} instead of ${values[i]}, which is more than ${bounds[i]} away`);
        });
      }),
      { seed: 5, numRuns: 20 },
    );
    expect(runs, 'problems on which it ran').to.be.greaterThan(12);
  }).timeout(60_000);

  const random = (seed: number, shape: readonly number[]): Tensor => tensor(adversarial(seed, shape.reduce((a, b) => a * b, 1)), shape);
  // That every element is at its place: how exact it is, the bound above says.
  const misplaced = 1e-3;
  const distance = (a: Float32Array, b: Float32Array): number => Math.max(...a.map((value, i) => Math.abs(value - b[i]!))) / Math.max(...b.map(Math.abs));

  for (const { shape, filters, options } of [
    { shape: [2, 13, 9, 12], filters: [3, 3, 12, 17], options: { padding: 'same' } },
    { shape: [1, 21, 23, 12], filters: [3, 3, 12, 16], options: { padding: 'same', dilations: 2 } },
    { shape: [1, 30, 31, 16], filters: [5, 5, 16, 12], options: { padding: 'same', dilations: 3 } },
    { shape: [3, 40, 38, 9], filters: [3, 3, 9, 11], options: { padding: [[2, 0], [0, 3]] } },
  ] as const) {
    it(`gives what the definition gives for ${shape.join('x')} * ${filters.join('x')} ${JSON.stringify(options)}, bias and relu included`, async () => {
      const [x, w, bias] = [random(1, shape), random(2, filters), random(3, [filters[3]])];
      const make = (): Tensor => relu(add(conv2d(x, w, options as Parameters<typeof conv2d>[2]), bias));
      const [a, b] = [await on(fast, make), await on(exact, make)];
      expect(a.kernels).to.include('Winograd');
      expect(b.kernels).not.to.include('Winograd F');
      expect(distance(a.data, b.data)).to.be.lessThan(misplaced);
    });
  }

  it('serves the gradient of the images', async () => {
    const [x, w] = [random(4, [2, 16, 16, 12]), random(5, [3, 3, 12, 12])];
    const make = (): Tensor => grad((image: Tensor) => sum(conv2d(image, w, { padding: 'same' }).square()))(x);
    const [a, b] = [await on(fast, make), await on(exact, make)];
    expect(a.kernels.match(/Winograd F/g)).to.have.length.of.at.least(2);
    expect(distance(a.data, b.data)).to.be.lessThan(misplaced);
  });

  for (const [what, value] of [['NaN', NaN], ['an infinity', Infinity], ['a number near the largest', 3e38]] as const) {
    it(`gives way to the definition where the images hold ${what}`, async () => {
      const image = adversarial(6, 12 * 12 * 12);
      image[500] = value;
      const w = random(7, [3, 3, 12, 12]);
      const make = (): Tensor => conv2d(tensor(image, [1, 12, 12, 12]), w, { padding: 'same' });
      const [a, b] = [await on(fast, make), await on(exact, make)];
      expect(a.kernels).to.include('Winograd');
      expect(Array.from(a.data)).to.deep.equal(Array.from(b.data));
    });
  }

  it('sees that filters have changed, and that they have not', async () => {
    await setBackend(fast);
    const run = compile((x: Tensor, w: Tensor) => conv2d(x, w, { padding: 'same' }));
    const x = await random(8, [1, 12, 12, 12]).to(fast);
    const [first, second] = [await random(9, [3, 3, 12, 12]).to(fast), await random(10, [3, 3, 12, 12]).to(fast)];
    const results: Float32Array[] = [];
    for (const w of [first, first, second, first]) results.push((await (await run(x, w)).data()) as Float32Array);
    expect(results[1]).to.deep.equal(results[0]);
    expect(results[2]).not.to.deep.equal(results[0]);
    expect(results[3]).to.deep.equal(results[0]);
  });
});
