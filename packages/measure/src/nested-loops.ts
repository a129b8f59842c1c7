/** Nested arrays `[batch][row][column][channel]`. */
export type Nested4 = number[][][][];

/** A convolution with SAME padding and equal strides on both axes. */
export interface LoopGeometry {
  readonly stride: number;
}

/**
 * The convolution that people write first: seven loops over nested arrays with bounds tested at each tap, TensorFlow's SAME padding.
 * What speed-ups are told against. `x` is `[N][H][W][C]`, `w` is `[KH][KW][C][O]`.
 */
export function nestedLoops(x: Nested4, w: Nested4, { stride: s }: LoopGeometry = { stride: 1 }): Nested4 {
  const height = x[0]!.length;
  const width = x[0]![0]!.length;
  const [kh, kw, channels, filters] = [w.length, w[0]!.length, w[0]![0]!.length, w[0]![0]![0]!.length];
  const outHeight = Math.ceil(height / s);
  const outWidth = Math.ceil(width / s);
  const top = Math.max(0, (outHeight - 1) * s + kh - height) >> 1;
  const left = Math.max(0, (outWidth - 1) * s + kw - width) >> 1;
  const out: Nested4 = [];
  for (let b = 0; b < x.length; b++) {
    out.push([]);
    for (let i = 0; i < outHeight; i++) {
      out[b]!.push([]);
      for (let j = 0; j < outWidth; j++) {
        out[b]![i]!.push(new Array<number>(filters).fill(0));
        for (let di = 0; di < kh; di++) {
          for (let dj = 0; dj < kw; dj++) {
            const row = i * s + di - top;
            const column = j * s + dj - left;
            if (row < 0 || row >= height || column < 0 || column >= width) continue;
            for (let q = 0; q < channels; q++) {
              for (let k = 0; k < filters; k++) {
                out[b]![i]![j]![k]! += x[b]![row]![column]![q]! * w[di]![dj]![q]![k]!;
              }
            }
          }
        }
      }
    }
  }
  return out;
}

/** Flat row-major elements as nested arrays of four levels. */
export function nest4(data: ArrayLike<number>, [a, b, c, d]: readonly [number, number, number, number]): Nested4 {
  let at = 0;
  const make = <T>(size: number, entry: () => T): T[] => Array.from({ length: size }, entry);
  return make(a, () => make(b, () => make(c, () => make(d, () => data[at++]!))));
}
