import { parameterAt, type Params } from '@unfoldjs/nn';
import type { Maps } from './classifier.js';
import { byId, make } from './dom.js';
import { edgeFilters, edgesOf, magnitudeChannel } from './edge-filters.js';
import { bright, largestOf, paint, signed, type Tone } from './paint.js';
import { drawImage, drawScene, greyOf } from './pictures.js';
import { milliseconds } from './timing.js';

interface Tile {
  readonly canvas: HTMLCanvasElement;
  readonly figure: HTMLElement;
}

function tile(title: string, kernel: Maps | null, kernelChannel = 0): Tile {
  const canvas = make('canvas', { role: 'img', 'aria-label': title });
  const caption = make('figcaption', {}, title);
  if (kernel) {
    const small = make('canvas', { class: 'kernel', 'aria-hidden': 'true' });
    paint(small, kernel, kernelChannel, signed(largestOf(kernel, kernelChannel)));
    caption.prepend(small);
  }
  return { canvas, figure: make('figure', {}, canvas, caption) };
}

const sobelTone = (maps: Maps, channel: number): Tone => (channel === magnitudeChannel ? bright(largestOf(maps, channel)) : signed(largestOf(maps, channel)));

/** A picture through edge filters. */
export function edgesView(): { show(image: ImageBitmap | null): void; refresh(): Promise<void> } {
  const source = byId('picture', HTMLCanvasElement);
  const tiles = [...edgeFilters.map(({ title, weights }) => tile(title, { data: weights, height: 3, width: 3, channels: 1 })), tile('Length of the Sobel slopes', null)];
  byId('edges', HTMLElement).append(...tiles.map(({ figure }) => figure));
  drawScene(source);
  return {
    show: (image) => (image ? drawImage(source, image) : drawScene(source)),
    async refresh() {
      const picture = greyOf(source);
      const startedAt = performance.now();
      const maps = await edgesOf(picture);
      byId('edges-time', HTMLElement).textContent = `${maps.width} x ${maps.height} pixels in ${milliseconds(performance.now() - startedAt)}`;
      tiles.forEach(({ canvas }, channel) => paint(canvas, maps, channel, sobelTone(maps, channel)));
    },
  };
}

/** What each filter of the first layer makes of the digit. */
export async function featureMapsView(weights: Params, layer: string): Promise<(maps: Maps) => void> {
  const kernel = parameterAt(weights, `${layer}.kernel`);
  const [height, width, , channels] = kernel.shape as [number, number, number, number];
  const filters = { data: await kernel.data(), height, width, channels };
  const tiles = Array.from({ length: channels }, (_, channel) => tile(`Filter ${channel + 1}`, filters, channel));
  byId('feature-maps', HTMLElement).replaceChildren(...tiles.map(({ figure }) => figure));
  return (maps) => {
    let largest = 0;
    for (let channel = 0; channel < maps.channels; channel++) largest = Math.max(largest, largestOf(maps, channel));
    tiles.forEach(({ canvas }, channel) => paint(canvas, maps, channel, bright(largest)));
  };
}
