/** Rows, columns: of one image in a batch, channels last. */
type Image = readonly (readonly (readonly number[])[])[];

export interface PlainSlide {
  readonly strides: number;
  readonly dilations: number;
  /** [[top, bottom], [left, right]] */
  readonly padding: readonly [readonly [number, number], readonly [number, number]];
}

/** Padding of SAME as TensorFlow defines it: ceil(size / stride) places, the odd pixel at the end. */
export function samePixels(size: number, window: number, stride: number, dilation: number): readonly [number, number] {
  const places = Math.ceil(size / stride);
  const total = Math.max(0, (places - 1) * stride + (window - 1) * dilation + 1 - size);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/**
 * The definition of convolution over images `[N][H][W][C]` with filters `[KH][KW][C][O]`, with nothing of the library in it. With
 * `isDepthwise` filter [.., .., q, m] sees channel q alone and makes channel q * M + m.
 */
export function plainConv(x: readonly Image[], w: readonly Image[], { strides, dilations, padding }: PlainSlide, isDepthwise = false): number[][][][] {
  const [kh, kw] = [w.length, w[0]!.length];
  const channels = w[0]![0]!.length;
  const perChannel = w[0]![0]![0]!.length;
  return x.map((image) => {
    const places = (size: number, window: number, [before, after]: readonly [number, number]): number =>
      Math.floor((size + before + after - (window - 1) * dilations - 1) / strides) + 1;
    return Array.from({ length: places(image.length, kh, padding[0]) }, (_, i) =>
      Array.from({ length: places(image[0]!.length, kw, padding[1]) }, (_, j) =>
        Array.from({ length: isDepthwise ? channels * perChannel : perChannel }, (_, k) => {
          let sum = 0;
          for (let di = 0; di < kh; di++) {
            for (let dj = 0; dj < kw; dj++) {
              const pixel = image[i * strides - padding[0][0] + di * dilations]?.[j * strides - padding[1][0] + dj * dilations];
              if (!pixel) continue;
              if (isDepthwise) {
                const q = Math.floor(k / perChannel);
                sum += pixel[q]! * w[di]![dj]![q]![k % perChannel]!;
              } else {
                for (let q = 0; q < channels; q++) sum += pixel[q]! * w[di]![dj]![q]![k]!;
              }
            }
          }
          return sum;
        }),
      ),
    );
  });
}
