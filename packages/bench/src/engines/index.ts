import type { Engine } from './engine.js';
import { jaxWasm, jaxWebGpu } from './jax.js';
import { nestedLoops } from './nested-loops.js';
import { onnxruntimeNode, onnxruntimeWeb } from './onnxruntime.js';
import { tfjsCpu, tfjsWasm, tfjsWebGpu } from './tfjs.js';
import { unfoldCpu, unfoldGpu, unfoldGpuCpu, unfoldWasmEngines, unfoldWebasm, unfoldWebGpu } from './unfold.js';

/** Everything that is compared, in the order of the tables. */
export const engines: readonly Engine[] = [
  ...unfoldWasmEngines,
  unfoldGpu,
  unfoldWebasm,
  unfoldGpuCpu,
  unfoldCpu,
  nestedLoops,
  tfjsWasm(1),
  tfjsWasm(2),
  onnxruntimeWeb(1),
  onnxruntimeWeb(2),
  onnxruntimeNode(1),
  onnxruntimeNode(2),
  tfjsCpu,
  jaxWasm,
];

/** Those of a GPU in Node, where there is one: slower than all others where a program draws what a GPU should. */
export const webGpuEngines: readonly Engine[] = [unfoldWebGpu, tfjsWebGpu, jaxWebGpu];

/** @throws RangeError where there is no such engine. */
export function engineOf(id: string): Engine {
  const found = [...engines, ...webGpuEngines].find((engine) => engine.id === id);
  if (!found) throw new RangeError(`there is no engine ${id}. There are: ${engines.map((engine) => engine.id).join(', ')}`);
  return found;
}
