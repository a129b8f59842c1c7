/** The page of browser.test.ts. */
import { getBackend, slice, tensor } from '@unfoldjs/core';
import { gpu } from '@unfoldjs/backend-gpu';
import { servePage } from '@unfoldjs/test-support/suite-page';
import { tiledOf } from './tiled.js';

/** The second and third element of 1, 2, ... size. */
const secondAndThird = (size: number): Promise<unknown> => slice(tensor(Float32Array.from({ length: size }, (_, i) => i + 1)), [1], [2]).array();

servePage(gpu, {
  tiledOf: (kind: 'convolutions' | 'products', runs: number) => tiledOf(kind, getBackend(), runs),
  async slicesOf(sizes: readonly number[]) {
    const slices: unknown[] = [];
    for (const size of sizes) slices.push(await secondAndThird(size));
    return slices;
  },
});
