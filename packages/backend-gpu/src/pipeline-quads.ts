import type { PipelineShortcut } from './gpujs.js';

/**
 * Makes the plan of a pipeline in mode webasm, in which a kernel that returns four numbers a thread may feed others: the four lie side by
 * side in memory, so others read them as a row four times as long.
 *
 * gpu.js 2.24.1 writes and reads such memory, but refuses the pair: no type of argument is such a row. So the result of the step is said to be
 * that row, and until the test is over, which is before the first layout is computed, the kernel says that it returns one number.
 *
 * @param components - numbers that a thread returns, for each step.
 */
export function planWithQuads({ pipeline }: PipelineShortcut, components: readonly number[]): void {
  const plan = (pipeline.plan = pipeline._buildPlan());
  let isTested = false;
  plan.steps.forEach((step, at) => {
    const { kernel } = plan.kernels[step.kernel]!.clone;
    const { computeLayout } = kernel;
    kernel.computeLayout = (...args) => {
      isTested = true;
      return computeLayout.apply(kernel, args);
    };
    const count = components[at]!;
    if (count === 1) return;
    step.output = [step.output[0]! * count, ...step.output.slice(1)];
    Object.defineProperty(kernel, 'componentCount', { get: () => (isTested ? count : 1), set: () => {} });
  });
}
