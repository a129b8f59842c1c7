import { randomAt } from '@unfoldjs/nn';

/** Noise of the size of MNIST: what is learned from it, or seen in it, does not matter. */
export function noisyPictures(count: number): { readonly data: Uint8Array; readonly shape: [number, number, number, number] } {
  const random = randomAt(1, 9);
  return { data: Uint8Array.from({ length: count * 784 }, () => random.below(256)), shape: [count, 28, 28, 1] };
}
