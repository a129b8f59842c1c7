import { compile, setBackend, UnfoldError, type Backend } from '@unfoldjs/core';
import { gpu, type GpuForm, type GpuMode } from '@unfoldjs/backend-gpu';
import { formatRatio, formatTime, interleave, median, ratioOf } from '@unfoldjs/measure';
import { provideWebGpu } from '@unfoldjs/test-support/webgpu';
import { metric, notRun, Unavailable, type Bench, type BenchCase } from '../bench.js';
import { dataOf, formWorkloads, type FormWorkload } from '../workloads/gpu-forms.js';

/** Those that run in Node. */
const modes = ['webgpu', 'webasm'] as const satisfies readonly GpuMode[];

async function opened(mode: GpuMode, without: readonly GpuForm[]): Promise<Backend> {
  if (mode === 'webgpu') await provideWebGpu();
  try {
    return await gpu({ mode, without }).open();
  } catch (error) {
    if (error instanceof UnfoldError && error.code === 'NO_BACKEND') throw new Unavailable(error.problem);
    throw error;
  }
}

/** The program on a backend of its own, which gives the same number each time. */
async function runOn(backend: Backend, workload: FormWorkload): Promise<() => Promise<number>> {
  await setBackend(backend);
  const fn = compile(workload.program);
  const inputs = await Promise.all(dataOf(workload).map((each) => each.to(backend)));
  return async () => {
    const result = await fn(...inputs);
    const value = await result.item();
    result.dispose();
    return value as number;
  };
}

const nameOf = (workload: FormWorkload, mode: GpuMode): string => `${workload.title}, ${mode}`;

const caseOf = (workload: FormWorkload, mode: GpuMode): BenchCase => ({
  name: nameOf(workload, mode),
  quick: mode === 'webasm',
  async open() {
    const own = await opened(mode, []);
    const [fast, plain] = [await runOn(own, workload), await runOn(await opened(mode, [workload.form]), workload)];
    const [a, b] = [await fast(), await plain()];
    if (!(Math.abs(a - b) <= 1e-4 * Math.abs(b))) throw new Error(`with ${workload.form} it gives ${a}, without ${b}`);
    return {
      facts: { device: own.device.label },
      async sample() {
        const [withForm, without] = await interleave([fast, plain].map((run, i) => ({ name: String(i), run })), { rounds: 3, sampleMs: 50 });
        return { withForm: median(withForm!), without: median(without!) };
      },
    };
  },
});

export const gpuForms: Bench = {
  name: 'gpu-forms',
  summary: 'forms of gpu.js kernels beside the kernels that would stand in their place',
  rounds: 1,
  turns: 5,
  cases: modes.flatMap((mode) => formWorkloads.map((workload) => caseOf(workload, mode))),
  report(results) {
    const sections = modes.map((mode) => {
      const rows = formWorkloads.flatMap((workload) => {
        const name = nameOf(workload, mode);
        const [withForm, without] = [metric(results, name, 'withForm'), metric(results, name, 'without')];
        if (withForm.length === 0) return [];
        return [[workload.form, workload.title, formatTime(median(withForm)), formatTime(median(without)), formatRatio(ratioOf(without, withForm))]];
      });
      return rows.length === 0 ? {} : { title: `gpu:${mode}`, table: { header: ['form', 'program', 'with it', 'without', 'faster with it'], rows } };
    });
    return [...sections, { notes: ['Inputs lie on the device; the result is one number.', ...notRun(results)] }];
  },
};
