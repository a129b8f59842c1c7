/** A file that a bundle loads when it runs, which its user has to ship too. */
export interface Asset {
  readonly peer: string;
  readonly file: string;
}

/** Something that a page might ship. */
export interface BundleSpec {
  readonly id: string;
  readonly name: string;
  /** What is in it, for people. */
  readonly contents: string;
  /** The entry, as text. */
  readonly source: string;
  /** Packages that it leaves out. */
  readonly external?: readonly string[];
  /** The peers that it is made of; absent where it is of this project. */
  readonly peers?: readonly string[];
  readonly assets?: readonly Asset[];
}

const cnn = `
import { tensor, setBackend, compile, conv2d, relu, add, maxPool2d, matmul, reshape, softmax } from '@unfoldjs/core/functions';
import { wasm } from '@unfoldjs/backend-wasm';
export async function start(weights) {
  await setBackend(wasm());
  const [f1, b1, f2, b2, w3, b3, w4, b4] = weights.map(([data, shape]) => tensor(data, shape));
  const block = (x, f, b) => maxPool2d(relu(add(conv2d(x, f, { padding: 'same' }), b)), { window: 2, strides: 2 });
  return compile((x) => softmax(add(matmul(relu(add(matmul(reshape(block(block(x, f1, b1), f2, b2), [x.shape[0], -1]), w3), b3)), w4), b4)));
}
`;

const tfjsWasmFiles = '@tensorflow/tfjs-backend-wasm';

export const bundles: readonly BundleSpec[] = [
  { id: 'core', name: 'Unfold core', contents: 'export * of @unfoldjs/core', source: "export * from '@unfoldjs/core';" },
  { id: 'core-wasm', name: 'Unfold core + wasm', contents: 'export * of @unfoldjs/core and @unfoldjs/backend-wasm', source: "export * from '@unfoldjs/core'; export * from '@unfoldjs/backend-wasm';" },
  {
    id: 'wasm',
    name: 'Unfold backend-wasm alone',
    contents: 'export * of @unfoldjs/backend-wasm, the core left out; it writes its WebAssembly when a program is compiled and ships no .wasm file',
    source: "export * from '@unfoldjs/backend-wasm';",
    external: ['@unfoldjs/core'],
  },
  { id: 'cnn', name: 'a small CNN on Unfold wasm', contents: 'the functions that a CNN uses, from @unfoldjs/core/functions, and @unfoldjs/backend-wasm', source: cnn },
  {
    id: 'tfjs-wasm',
    name: 'TensorFlow.js wasm',
    contents: 'export * of @tensorflow/tfjs and @tensorflow/tfjs-backend-wasm; the SIMD .wasm file of one thread',
    source: "export * from '@tensorflow/tfjs'; export * as wasm from '@tensorflow/tfjs-backend-wasm';",
    peers: ['@tensorflow/tfjs', tfjsWasmFiles],
    assets: [{ peer: tfjsWasmFiles, file: 'dist/tfjs-backend-wasm-simd.wasm' }],
  },
  {
    id: 'ort-web',
    name: 'onnxruntime-web, wasm only',
    contents: 'export * of onnxruntime-web/wasm; the SIMD .wasm file, which serves one thread and more; models not counted',
    source: "export * from 'onnxruntime-web/wasm';",
    peers: ['onnxruntime-web'],
    assets: [{ peer: 'onnxruntime-web', file: 'dist/ort-wasm-simd-threaded.wasm' }],
  },
  { id: 'jax', name: 'jax-js', contents: 'export * of @jax-js/jax; it writes its WebAssembly at run time', source: "export * from '@jax-js/jax';", peers: ['@jax-js/jax'] },
];
