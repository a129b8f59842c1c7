import { concat, conv2d, pad, sqrt, square, stack, tensor, compile, type Tensor } from '@unfoldjs/core';
import type { Maps } from './classifier.js';

export interface EdgeFilter {
  readonly title: string;
  readonly weights: readonly number[];
}

export const edgeFilters = [
  { title: 'Sobel, upright edges', weights: [-1, 0, 1, -2, 0, 2, -1, 0, 1] },
  { title: 'Sobel, level edges', weights: [-1, -2, -1, 0, 0, 0, 1, 2, 1] },
  { title: 'Laplacian', weights: [0, 1, 0, 1, -4, 1, 0, 1, 0] },
  { title: 'Emboss', weights: [-2, -1, 0, -1, 0, 1, 0, 1, 2] },
] as const satisfies readonly EdgeFilter[];

/** Behind the filters' own channels: the length of the two slopes. */
export const magnitudeChannel = edgeFilters.length;

const bank = (): Tensor => stack(edgeFilters.map(({ weights }) => tensor([...weights], [3, 3, 1])), -1);

/** All filters as one convolution of a picture `[1, H, W, 1]`, and the length of the slopes as one more channel. */
export const edges = compile((picture: Tensor) => {
  // The nearest pixel where a window reaches over the border, so that the border is no edge.
  const framed = pad(picture, [[0, 0], [1, 1], [1, 1], [0, 0]], { mode: 'edge' });
  const found = conv2d(framed, bank());
  const [across, down] = found.split(edgeFilters.length, -1);
  return concat([found, sqrt(square(across!).add(square(down!)))], -1);
});

export async function edgesOf({ data, height, width }: Maps): Promise<Maps> {
  using picture = tensor(Float32Array.from(data), [1, height, width, 1]);
  using found = await edges(picture);
  return { data: await found.data(), height, width, channels: edgeFilters.length + 1 };
}
