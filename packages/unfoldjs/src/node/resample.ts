/** Rows of pixels, channels last. */
export interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: ArrayLike<number>;
}

export type Filter = 'antialias' | 'bilinear';

/** For each place of the result: where its window begins, and the weights of what it sees. They sum to 1. */
function windows(from: number, to: number, filter: Filter): { start: number; weights: number[] }[] {
  const scale = from / to;
  const reach = filter === 'antialias' ? Math.max(scale, 1) : 1;
  return Array.from({ length: to }, (_, place) => {
    const center = (place + 0.5) * scale;
    const start = Math.max(0, Math.floor(center - reach + 0.5));
    const end = Math.min(from, Math.floor(center + reach + 0.5));
    const raw = Array.from({ length: end - start }, (_, i) => Math.max(0, 1 - Math.abs(start + i + 0.5 - center) / reach));
    const sum = raw.reduce((total, weight) => total + weight, 0);
    return { start, weights: raw.map((weight) => weight / sum) };
  });
}

/**
 * A picture at another size. `antialias` weighs all pixels under a triangle that grows with the shrinkage, as Pillow's BILINEAR and
 * torchvision's `resize` do; `bilinear` always the four around, as PyTorch's `interpolate` and OpenCV do. Nothing is rounded.
 *
 * @source https://github.com/python-pillow/Pillow/blob/main/src/libImaging/Resample.c
 */
export function resample({ height, width, channels, data }: Pixels, [toHeight, toWidth]: readonly [number, number], filter: Filter): Float32Array {
  const columns = windows(width, toWidth, filter);
  const rows = windows(height, toHeight, filter);
  const narrow = new Float32Array(height * toWidth * channels);
  for (let y = 0; y < height; y++) {
    columns.forEach(({ start, weights }, x) => {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let i = 0; i < weights.length; i++) sum += weights[i]! * data[(y * width + start + i) * channels + c]!;
        narrow[(y * toWidth + x) * channels + c] = sum;
      }
    });
  }
  const stride = toWidth * channels;
  const result = new Float32Array(toHeight * stride);
  rows.forEach(({ start, weights }, y) => {
    for (let x = 0; x < stride; x++) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * narrow[(start + i) * stride + x]!;
      result[y * stride + x] = sum;
    }
  });
  return result;
}
