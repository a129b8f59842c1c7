import { conv, type ConvLayer, type Network, type Shape4 } from './network.js';

/** One convolution and nothing else. */
export interface ConvWorkload extends Network {
  readonly layers: readonly [ConvLayer];
}

/** `[N,H,W,C]` convolved with `[KH,KW,C,O]`, SAME padding. */
export function convWorkload(id: string, input: Shape4, filters: Shape4, options: { stride?: number; dilation?: number; depthwise?: boolean } = {}): ConvWorkload {
  const { stride = 1, dilation = 1, depthwise = false } = options;
  const words = [input.join('x'), '*', filters.join('x'), 'SAME', stride > 1 && `stride ${stride}`, dilation > 1 && `dilation ${dilation}`, depthwise && 'depthwise'];
  return { id, title: words.filter(Boolean).join(' '), input, layers: [conv(filters, options)], scaled: false };
}

/** The ids are those that figures of this project are quoted by. */
export const convWorkloads = {
  A: convWorkload('A', [1, 28, 28, 1], [5, 5, 1, 32]),
  B: convWorkload('B', [32, 28, 28, 1], [5, 5, 1, 32]),
  C: convWorkload('C', [32, 14, 14, 32], [5, 5, 32, 64]),
  D: convWorkload('D', [1, 56, 56, 64], [3, 3, 64, 64]),
  E: convWorkload('E', [1, 14, 14, 256], [3, 3, 256, 256]),
  F: convWorkload('F', [1, 112, 112, 32], [1, 1, 32, 64]),
  G: convWorkload('G', [1, 224, 224, 3], [7, 7, 3, 64], { stride: 2 }),
  H: convWorkload('H', [1, 56, 56, 64], [3, 3, 64, 64], { dilation: 2 }),
  I: convWorkload('I', [1, 112, 112, 32], [3, 3, 32, 1], { depthwise: true }),
  J: convWorkload('J', [1, 512, 512, 3], [3, 3, 3, 3]),
} as const satisfies Record<string, ConvWorkload>;
