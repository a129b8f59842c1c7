import { formatNumber, median, summarize } from '@unfoldjs/measure';
import { metric, notRun, Unavailable, type Bench, type BenchCase, type Results } from '../bench.js';
import { relaxedFlags } from '../engines/unfold.js';
import type { Section } from '../report/section.js';

/** Long enough for a clock, in ms. */
const duration = 20;

const forms: readonly { readonly rows: number; readonly vectors: 1 | 2 }[] = [
  ...[1, 2, 3, 4, 5, 6].map((rows) => ({ rows, vectors: 2 as const })),
  ...[6, 8].map((rows) => ({ rows, vectors: 1 as const })),
];
const unrolls = [1, 4, 8];
const nameOf = (rows: number, vectors: number, unroll: number, fma: boolean): string => `${rows}x${4 * vectors}, unrolled ${unroll}${fma ? ', fused' : ''}`;

const tileCase = (rows: number, vectors: 1 | 2, unroll: number, fma: boolean): BenchCase => ({
  name: nameOf(rows, vectors, unroll, fma),
  group: fma ? 'fused' : 'rounded twice',
  execArgv: fma ? relaxedFlags : [],
  async open() {
    const { makeTile } = await import('@unfoldjs/backend-wasm/tiles');
    let tile: ReturnType<typeof makeTile>;
    try {
      tile = makeTile({ rows, vectors, unroll, fma });
    } catch (error) {
      throw new Unavailable(error instanceof Error ? error.message : String(error));
    }
    const timed = (times: number): number => {
      const start = performance.now();
      tile.run(times);
      return performance.now() - start;
    };
    // Until the optimising compiler has had its turn.
    for (const end = performance.now() + 300; performance.now() < end; ) timed(50);
    const times = Math.ceil((50 * duration) / timed(50));
    return { sample: async () => ({ gflops: (tile.flops * times) / timed(times) / 1e6 }) };
  },
});

/** The sweep behind `products/tilings.ts` of backend-wasm. */
export const tiles: Bench = {
  name: 'tiles',
  summary: 'register tiles of the WebAssembly product, by rows, columns and unrolling',
  rounds: 2,
  turns: 5,
  cases: [false, true].flatMap((fma) => forms.flatMap(({ rows, vectors }) => unrolls.map((unroll) => tileCase(rows, vectors, unroll, fma)))),
  report: (results) => [...[false, true].map((fma) => sectionOf(results, fma)), { notes: notRun(results) }],
};

function sectionOf(results: Results, fma: boolean): Section {
  const rows = forms.flatMap(({ rows, vectors }) =>
    unrolls.flatMap((unroll) => {
      const speeds = metric(results, nameOf(rows, vectors, unroll, fma), 'gflops');
      if (speeds.length === 0) return [];
      const { low, high } = summarize(speeds);
      return [[`${rows}x${4 * vectors}`, String(unroll), formatNumber(median(speeds)), `${formatNumber(low)}-${formatNumber(high)}`]];
    }),
  );
  return { title: fma ? 'Tiles, multiply and add fused' : 'Tiles, multiply and add rounded one by one', table: { header: ['tile', 'unrolled', 'GFLOP/s', 'quartiles'], rows }, notes: [] };
}
