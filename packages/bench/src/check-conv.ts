import { outputShape, type ConvWorkload } from './workloads.js';

const unitRoundoff = 2 ** -24;

/** gamma_n of error analysis: n roundings of float32 in a row change a value by no more than this share. */
export const gamma = (n: number): number => (n * unitRoundoff) / (1 - n * unitRoundoff);

/**
 * Checks an engine's result against plain float64 loops. Each output is a sum of K = KH*KW*C products; whatever the order, every
 * product passes at most K roundings, so that |computed - exact| <= gamma_K * sum |x| |w| (Higham, Accuracy and Stability, 3.1).
 *
 * @throws Error with the first element out of bounds.
 */
export function checkConv(workload: ConvWorkload, x: ArrayLike<number>, w: ArrayLike<number>, result: ArrayLike<number>): void {
  const { input, filters, stride, dilation } = workload;
  const [, height, width, channels] = input;
  const [kh, kw, , outChannels] = filters;
  const [n, outHeight, outWidth] = outputShape(workload);
  if (result.length !== n * outHeight * outWidth * outChannels) throw new Error(`${workload.id}: ${result.length} elements instead of ${n * outHeight * outWidth * outChannels}`);
  const top = Math.max(0, (outHeight - 1) * stride + (kh - 1) * dilation + 1 - height) >> 1;
  const left = Math.max(0, (outWidth - 1) * stride + (kw - 1) * dilation + 1 - width) >> 1;
  const tolerance = gamma(kh * kw * channels);
  const sum = new Float64Array(outChannels);
  const absolute = new Float64Array(outChannels);
  for (let pixel = 0; pixel < n * outHeight * outWidth; pixel++) {
    const b = Math.floor(pixel / (outHeight * outWidth));
    const i = Math.floor(pixel / outWidth) % outHeight;
    const j = pixel % outWidth;
    sum.fill(0);
    absolute.fill(0);
    for (let di = 0; di < kh; di++) {
      const row = i * stride + di * dilation - top;
      if (row < 0 || row >= height) continue;
      for (let dj = 0; dj < kw; dj++) {
        const column = j * stride + dj * dilation - left;
        if (column < 0 || column >= width) continue;
        for (let q = 0; q < channels; q++) {
          const value = x[((b * height + row) * width + column) * channels + q]!;
          const at = ((di * kw + dj) * channels + q) * outChannels;
          for (let k = 0; k < outChannels; k++) {
            const product = value * w[at + k]!;
            sum[k]! += product;
            absolute[k]! += Math.abs(product);
          }
        }
      }
    }
    for (let k = 0; k < outChannels; k++) {
      const error = Math.abs(result[pixel * outChannels + k]! - sum[k]!);
      if (!(error <= tolerance * absolute[k]!)) {
        throw new Error(`${workload.id}: output [${b}, ${i}, ${j}, ${k}] is ${result[pixel * outChannels + k]}, not ${sum[k]}: off by ${error}, bound ${tolerance * absolute[k]!}`);
      }
    }
  }
}
