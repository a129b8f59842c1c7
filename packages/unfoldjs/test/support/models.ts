import { floats, floatType, type FileContent } from './onnx-file.js';

/** y = relu(conv(x, w) + b), and what comes of it per channel. */
export const small: FileContent = {
  inputs: [{ name: 'x', shape: ['batch', 1, 4, 4] }],
  outputs: [{ name: 'y', shape: ['batch', 2] }],
  nodes: [
    { op: 'Conv', name: 'conv', inputs: ['x', 'w', 'b'], outputs: ['c'], ints: { pads: [1, 1, 1, 1] } },
    { op: 'Relu', name: 'relu', inputs: ['c'], outputs: ['r'] },
    { op: 'GlobalAveragePool', name: 'pool', inputs: ['r'], outputs: ['p'] },
    { op: 'Flatten', name: 'flat', inputs: ['p'], outputs: ['y'] },
  ],
  weights: [
    { name: 'w', shape: [2, 1, 3, 3], raw: floats(...Array.from({ length: 18 }, (_, i) => i - 8)) },
    { name: 'b', shape: [2], raw: floats(1, -1) },
  ],
};

/** The same, with two nodes that nobody reads: what stands before them has shapes, what stands behind has none. */
export const unreadable: FileContent = {
  ...small,
  domains: ['com.example'],
  nodes: [...small.nodes.slice(0, 2), { op: 'Wavelet', name: 'strange', inputs: ['r'], outputs: ['s'] }, { op: 'Mark', name: 'foreign', domain: 'com.example', inputs: ['r'], outputs: ['m'] }, { op: 'Add', name: 'sum', inputs: ['s', 'm'], outputs: ['y'] }],
};

/** Gives back what it takes. */
export const identity = (shape: readonly (number | string)[], type = floatType): FileContent => ({
  inputs: [{ name: 'x', shape, type }],
  outputs: [{ name: 'y', shape, type }],
  nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
});
