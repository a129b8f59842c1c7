import { Unavailable } from '../bench.js';
import { webAssembly } from '../web-assembly.js';
import { flopsPerRound, multiplyAddModule, stepsPerRound, type MultiplyAdd } from './multiply-add-module.js';

export interface MultiplyAddLoop {
  readonly kind: MultiplyAdd;
  readonly chains: number;
  /** Gives the sum of the ends of the chains. */
  run(rounds: number): number;
}

/** Chains stay near 1 when rounded twice, and count up in whole steps when fused: no denormals, no infinities. */
const operands = { 'mul, add': { x: 0.5, y: 0.5 }, 'relaxed madd': { x: 0.5, y: 2 ** -9 } } as const;
const start = 1;

/** @throws Unavailable where the runtime has no such instruction. */
export function multiplyAddLoop(kind: MultiplyAdd, chains: number): MultiplyAddLoop {
  const bytes = multiplyAddModule(kind, chains);
  if (!webAssembly.validate(bytes)) throw new Unavailable(`this runtime has no ${kind === 'mul, add' ? '128-bit SIMD' : 'relaxed SIMD'} in WebAssembly`);
  const { exports } = new webAssembly.Instance(new webAssembly.Module(bytes));
  const run = exports['run'] as (rounds: number, x: number, y: number, start: number) => number;
  const { x, y } = operands[kind];
  return { kind, chains, run: (rounds) => run(rounds, x, y, start) };
}

/** What the loop has to give, computed float by float in JavaScript. */
export function expectedSum(kind: MultiplyAdd, chains: number, rounds: number): number {
  const { x, y } = operands[kind];
  let sum = 0;
  for (let i = 0; i < chains; i++) {
    let v = Math.fround(start + i);
    for (let step = 0; step < rounds * stepsPerRound; step++) v = kind === 'mul, add' ? Math.fround(Math.fround(v * x) + y) : Math.fround(x * y + v);
    sum = Math.fround(sum + v);
  }
  return sum;
}

const duration = 20;
const checkedRounds = 20;

/** A clock around the loop: GFLOP/s of one thread. Checks what the loop gives first. */
export function peakOf(kind: MultiplyAdd, chains: number): () => number {
  const loop = multiplyAddLoop(kind, chains);
  const [sum, expected] = [loop.run(checkedRounds), expectedSum(kind, chains, checkedRounds)];
  // Every step is exact or rounds as JavaScript does, fused or not.
  if (sum !== expected) throw new Error(`${chains} chains of ${kind} end at ${sum}, not ${expected}`);
  const timed = (rounds: number): number => {
    const begin = performance.now();
    loop.run(rounds);
    return performance.now() - begin;
  };
  // Until the optimising compiler has had its turn: it replaces the code between two calls.
  for (const end = performance.now() + 200; performance.now() < end; ) timed(1000);
  const rounds = Math.ceil((10_000 * duration) / timed(10_000));
  return () => (flopsPerRound(chains) * rounds) / timed(rounds) / 1e6;
}
