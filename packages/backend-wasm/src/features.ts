import type { FunctionBuilder } from './emit/function-builder.js';
import { ModuleBuilder } from './emit/module-builder.js';

/** True where the runtime takes a function with this code. */
function validates(write: (code: FunctionBuilder) => void): boolean {
  if (typeof WebAssembly === 'undefined') return false;
  const module = new ModuleBuilder();
  module.indexOf({ key: 'probe', params: 1, write });
  return WebAssembly.validate(module.encode(null));
}

/** 128-bit SIMD: all runtimes since 2021. */
export const hasSimd = (): boolean => validates((code) => void code.get(code.params[0]!).floats(0).memory('v128.store'));

/** Relaxed SIMD, of which the fused multiply-add is used: Node 22 and later, current browsers. */
export const hasRelaxedSimd = (): boolean =>
  validates((code) => void code.get(code.params[0]!).floats(0).floats(0).floats(0).op('f32x4.relaxed_madd').memory('v128.store'));
