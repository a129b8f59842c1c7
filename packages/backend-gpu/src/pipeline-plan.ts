import type { PipelineKernel, PipelineShortcut } from './gpujs.js';

/**
 * Makes the plan of a pipeline in mode webasm, and mends two things that gpu.js 2.24.1 does to its kernels. Both are done when the first layout is
 * computed, which is after the source was translated and before it is compiled.
 *
 * *Four numbers a thread.* A kernel that returns them may feed no other: no type of argument is such memory. But the four lie side by side, so another
 * reads them as a row four times as long. The result of the step is said to be that row, and until gpu.js has tested the steps, the kernel says that it returns one.
 *
 * *Integers.* The code for four threads at once is written after that for one, which has noted the zero of `let p = 0` as an integer; the second takes it
 * for an integer expression, and makes `p` a float: each read pays a conversion. The notes are thrown away in between.
 *
 * @param components - numbers that a thread returns, for each step.
 */
export function makePlan({ pipeline }: PipelineShortcut, components: readonly number[]): void {
  const plan = (pipeline.plan = pipeline._buildPlan());
  let isTested = false;
  const onLayout = (kernel: PipelineKernel): void => {
    isTested = true;
    forgetLiterals(kernel);
  };
  for (const { clone } of plan.kernels) beforeLayout(clone.kernel, onLayout);
  plan.steps.forEach((step, at) => {
    const count = components[at]!;
    if (count === 1) return;
    step.output = [step.output[0]! * count, ...step.output.slice(1)];
    Object.defineProperty(plan.kernels[step.kernel]!.clone.kernel, 'componentCount', { get: () => (isTested ? count : 1), set: () => {}, configurable: true });
  });
}

function beforeLayout(kernel: PipelineKernel, run: (kernel: PipelineKernel) => void): void {
  const { computeLayout } = kernel;
  kernel.computeLayout = (...args) => {
    run(kernel);
    return computeLayout.apply(kernel, args);
  };
}

function forgetLiterals({ functionBuilder }: PipelineKernel): void {
  const node = functionBuilder.functionMap['kernel']!;
  const { emitVectorFunction } = node;
  if (Object.hasOwn(node, 'emitVectorFunction')) return;
  node.emitVectorFunction = (assembler) => {
    node.literalTypes = {};
    return emitVectorFunction.call(node, assembler);
  };
}
