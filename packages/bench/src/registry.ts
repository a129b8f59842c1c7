import type { Bench } from './bench.js';
import { buildCost } from './benches/build-cost.js';
import { conv } from './benches/conv.js';
import { deepChain } from './benches/deep-chain.js';
import { overhead } from './benches/overhead.js';
import { trainMemory } from './benches/train-memory.js';

/** Every bench, in the order in which all of them run. */
export const benches: readonly Bench[] = [buildCost, overhead, deepChain, conv, trainMemory];

export const findBench = (name: string): Bench | undefined => benches.find((bench) => bench.name === name);
