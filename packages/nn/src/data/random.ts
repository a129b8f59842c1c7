import { philox } from '@unfoldjs/core';
import { checkWhole } from './checks.js';

/** Random numbers of one purpose. */
export interface Random {
  /** A whole number from 0 to 2^32 - 1. */
  word(): number;
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Uniform among 0 .. count - 1, without bias. */
  below(count: number): number;
  /** Normal with mean 0 and deviation 1. */
  normal(): number;
}

/**
 * A stream of random numbers by Philox: the same for the same seed and place, whatever was drawn elsewhere. `place` holds up to
 * three whole numbers below 2^32, such as purpose, epoch and index of the image.
 */
export function randomAt(seed: number, ...place: readonly number[]): Random {
  checkWhole('randomAt', 'seed', seed, 0);
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32)] as const;
  const [a = 0, b = 0, c = 0] = place;
  let words: readonly number[] = [];
  let block = 0;
  let used = 4;
  const word = (): number => {
    if (used === 4) {
      words = philox([block++ >>> 0, a >>> 0, b >>> 0, c >>> 0], key);
      used = 0;
    }
    return words[used++]!;
  };
  const uniform = (): number => word() / 2 ** 32;
  return {
    word,
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    below(count) {
      // Words above the largest multiple of count would favour small results.
      const limit = 2 ** 32 - (2 ** 32 % count);
      let drawn = word();
      while (drawn >= limit) drawn = word();
      return drawn % count;
    },
    // Box and Muller: 1 - u is never 0.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}

/** First numbers of a place, so that no two purposes share a stream. */
export const purposes = { shuffle: 1, augment: 2, dropout: 3 } as const;
