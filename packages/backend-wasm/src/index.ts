/** The WebAssembly backend: SIMD kernels in Node and browsers, with nothing to install. */
export { wasm, type WasmOptions } from './open.js';
