import { badArgument } from '../../errors/unfold-error.js';
import { describe } from '../../tensor/nested.js';
import { checkInteger } from '../check.js';

const mulHigh = (a: number, b: number): number => {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const other = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + (middle >>> 16) + (other >>> 16)) >>> 0;
};

function checkWords(argument: string, words: unknown, count: number): void {
  if (!Array.isArray(words) || words.length !== count || !words.every((word) => typeof word === 'number')) throw badArgument('philox', argument, `${describe(words)} is not a list of ${count} words.`, `pass an array of ${count} numbers of 32 bits.`);
}

/** Four 32-bit words. */
export type Words = [number, number, number, number];

/**
 * Philox4x32 with 10 rounds: 128 random bits for a 128-bit counter under a 64-bit key. Any block can be had without those before
 * it, and blocks of different counters or keys are independent.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for something that is no such list of words.
 * @source J. K. Salmon et al., Parallel random numbers: as easy as 1, 2, 3 (SC 2011)
 */
export function philox(counter: Readonly<Words>, key: readonly [number, number]): Words {
  checkWords('counter', counter, 4);
  checkWords('key', key, 2);
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const high0 = mulHigh(0xd2511f53, c0);
    const low0 = Math.imul(0xd2511f53, c0) >>> 0;
    const high1 = mulHigh(0xcd9e8d57, c2);
    const low1 = Math.imul(0xcd9e8d57, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/**
 * The words of blocks 0, 1, ... under the key `seed`, one at a time. `seed` is a whole number from 0 to 2^53 - 1.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for another seed.
 */
export function randomWords(seed: number): () => number {
  checkInteger('randomWords', 'seed', seed, 0, Number.MAX_SAFE_INTEGER);
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32)] as const;
  let block = 0;
  let words: Words = [0, 0, 0, 0];
  let used = 4;
  return () => {
    if (used === 4) {
      words = philox([block >>> 0, Math.floor(block / 2 ** 32), 0, 0], key);
      block++;
      used = 0;
    }
    return words[used++]!;
  };
}
