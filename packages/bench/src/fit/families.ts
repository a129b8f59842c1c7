import { networkWork, type SpeedWorkload } from '../speed/workload.js';
import { conv, type Layer, type Network } from '../workloads/network.js';

/** Workloads that differ in one size. */
export interface Family {
  readonly id: string;
  readonly title: string;
  /** What grows. */
  readonly size: string;
  /** How the work grows with it: the slope of its logarithm. */
  readonly work: 1 | 2;
  readonly members: readonly { readonly size: number; readonly workload: SpeedWorkload }[];
}

const family = (id: string, title: string, size: string, work: 1 | 2, sizes: readonly number[], networkOf: (size: number) => Omit<Network, 'id' | 'title'>): Family => ({
  id,
  title,
  size,
  work,
  members: sizes.map((value) => ({ size: value, workload: networkWork({ ...networkOf(value), id: `${id}-${value}`, title: `${title}, ${size} ${value}` }, ['resident'], false) })),
});

const repeated = (count: number, layerOf: (index: number) => Layer): Layer[] => Array.from({ length: count }, (_, i) => layerOf(i));

export const families: readonly Family[] = [
  family('batch', 'a 3x3 convolution of N images 28x28x8', 'N', 1, [1, 2, 4, 8, 16, 32, 64], (n) => ({ input: [n, 28, 28, 8], layers: [conv([3, 3, 8, 16])], scaled: false })),
  family('channels', 'a 3x3 convolution of 28x28 pixels, C channels to C', 'C', 2, [4, 8, 16, 32, 64, 128], (c) => ({ input: [1, 28, 28, c], layers: [conv([3, 3, c, c])], scaled: false })),
  family('depth', 'layers of 3x3 convolution, bias and relu, 14x14x16', 'layers', 1, [1, 2, 4, 8, 16, 32], (count) => ({ input: [1, 14, 14, 16], layers: repeated(count, () => conv([3, 3, 16, 16], { bias: true, relu: true })), scaled: true })),
  family('length', 'a chain of elementwise ops on 16 numbers', 'ops', 1, [16, 64, 256, 1024, 4096], (count) => ({ input: [1, 2, 2, 4], layers: repeated(count, (i) => (i % 2 === 0 ? { kind: 'tanh' } : { kind: 'shift', by: 0.5 })), scaled: false })),
];
