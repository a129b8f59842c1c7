/** A convolution to time: input `[N,H,W,C]`, filters `[KH,KW,C,O]`, SAME padding. */
export interface ConvWorkload {
  readonly id: string;
  readonly input: readonly [number, number, number, number];
  readonly filters: readonly [number, number, number, number];
  readonly stride: number;
  readonly dilation: number;
}

const conv = (id: string, input: ConvWorkload['input'], filters: ConvWorkload['filters'], { stride = 1, dilation = 1 } = {}): ConvWorkload => ({ id, input, filters, stride, dilation });

/** The ids are those that figures of this project are quoted by. */
export const convWorkloads = {
  A: conv('A', [1, 28, 28, 1], [5, 5, 1, 32]),
  B: conv('B', [32, 28, 28, 1], [5, 5, 1, 32]),
  C: conv('C', [32, 14, 14, 32], [5, 5, 32, 64]),
  D: conv('D', [1, 56, 56, 64], [3, 3, 64, 64]),
  E: conv('E', [1, 14, 14, 256], [3, 3, 256, 256]),
  F: conv('F', [1, 112, 112, 32], [1, 1, 32, 64]),
  G: conv('G', [1, 224, 224, 3], [7, 7, 3, 64], { stride: 2 }),
  H: conv('H', [1, 56, 56, 64], [3, 3, 64, 64], { dilation: 2 }),
  J: conv('J', [1, 512, 512, 3], [3, 3, 3, 3]),
} as const satisfies Record<string, ConvWorkload>;

export const outputShape = ({ input: [n, h, w], filters, stride }: ConvWorkload): [number, number, number, number] => [n, Math.ceil(h / stride), Math.ceil(w / stride), filters[3]];

/** Multiplications and additions, each counted; taps that fall outside count too, as everywhere. */
export function convFlops(workload: ConvWorkload): number {
  const [n, h, w, o] = outputShape(workload);
  const [kh, kw, c] = workload.filters;
  return 2 * n * h * w * o * kh * kw * c;
}

export const describeConv = ({ id, input, filters, stride, dilation }: ConvWorkload): string =>
  `${id}  ${input.join('x')} * ${filters.join('x')} SAME${stride > 1 ? ` stride ${stride}` : ''}${dilation > 1 ? ` dilation ${dilation}` : ''}`;
