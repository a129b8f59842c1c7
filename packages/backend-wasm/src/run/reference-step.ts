import type { Step, TensorType, ValueId } from '@unfoldjs/core';
import { referenceKernels, type Kernel, type KernelTensor } from '@unfoldjs/core/reference';
import type { Engine } from '../engine.js';
import { viewOf } from '../memory/views.js';

/** Runs a step's reference loops, in this thread, on what is in memory; where that lies elsewhere, on copies. */
export function runReference({ op, attrs, inputs, output, type }: Step, engine: Engine, pointers: readonly number[]): void | Promise<void> {
  const kernel = (referenceKernels as Readonly<Record<string, Kernel>>)[op.name]!;
  const run = (operands: readonly KernelTensor[], result: KernelTensor): void => kernel({ op, attrs, inputs: operands, output: result });
  const { memory } = engine;
  if (memory) {
    const view = (value: ValueId, of: TensorType): KernelTensor => ({ data: viewOf(memory, pointers[value]!, of), type: of });
    return run(inputs.map((input) => view(input.value, input.type)), view(output, type));
  }
  const copy = async (value: ValueId, of: TensorType): Promise<KernelTensor> => ({ data: await engine.read(pointers[value]!, of), type: of });
  return (async () => {
    const [result, ...operands] = await Promise.all([copy(output, type), ...inputs.map((input) => copy(input.value, input.type))]);
    run(operands, result!);
    await engine.write(pointers[output]!, result!.data, type);
  })();
}
