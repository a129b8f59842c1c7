// Backends broken on purpose, one fault each: what the kit must find.
import type { Backend, BackendBuffer, Executable, Program, TypedArray } from '@unfoldjs/core';
import { kernelBackend, referenceKernels, type Kernel, type KernelTensor } from '@unfoldjs/core/reference';
import { takingBackend } from '@unfoldjs/test-support';

export interface BrokenBackend {
  readonly fault: string;
  readonly open: () => Backend;
  /** The section that must find it, and one of its cases that must fail. */
  readonly section: string;
  readonly finding: RegExp;
}

const kernels = referenceKernels as unknown as Readonly<Record<string, Kernel>>;

const withKernels = (broken: Readonly<Record<string, Kernel>>): Backend => kernelBackend({ name: 'broken', kernels: { ...kernels, ...broken } });

type Pair = readonly [number, number];

interface WindowAttrs {
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly padding: readonly [Pair, Pair];
}

const shifted = ([before, after]: Pair): Pair => (before > 0 ? [before - 1, after + 1] : [before, after]);

/** The reference kernel on changed attributes. */
const withAttrs =
  (name: string, change: (attrs: WindowAttrs) => Partial<WindowAttrs>): Kernel =>
  (call) =>
    kernels[name]!({ ...call, attrs: { ...call.attrs, ...change(call.attrs as unknown as WindowAttrs) } });

/** A sound backend, with some of its methods replaced. */
const wrapped = (change: (sound: Backend) => Partial<Backend>): Backend => {
  const sound = withKernels({});
  return { ...sound, ...change(sound) };
};

/** A sound backend whose executables are changed. */
const withExecutable = (change: (executable: Executable, sound: Backend) => Partial<Executable>): Backend =>
  wrapped((sound) => ({
    async compile(program) {
      const executable = await sound.compile(program);
      return { ...executable, ...change(executable, sound) };
    },
  }));

/** A backend that takes donated buffers, with its runs changed. */
const withTaking = (change: (run: Executable['run'], program: Program) => Executable['run']): Backend => {
  const taking = takingBackend();
  return {
    ...taking,
    async compile(program) {
      const executable = await taking.compile(program);
      return { ...executable, run: change(executable.run, program) };
    },
  };
};

const mayBeDonated = ({ inputs }: Program): number[] => inputs.flatMap(({ donatedTo }, i) => (donatedTo === undefined ? [] : [i]));

const dataOf = (buffer: BackendBuffer): TypedArray => (buffer as BackendBuffer & { data: TypedArray }).data;

/** float16 keeps 11 bits of a sum. */
const half = (value: number): number => {
  if (value === 0 || !Number.isFinite(value)) return value;
  const step = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 10);
  return Math.round(value / step) * step;
};

const widened = (tensor: KernelTensor, shift: number): TypedArray => tensor.data.map((_, i) => tensor.data[Math.max(0, i - shift)]!);

export const zoo: readonly BrokenBackend[] = [
  {
    fault: 'padding off by one',
    open: () => withKernels({ im2col: withAttrs('im2col', ({ padding: [rows, columns] }) => ({ padding: [shifted(rows), shifted(columns)] })) }),
    section: 'primitives',
    finding: /^im2col/,
  },
  {
    fault: 'strides swapped',
    open: () => withKernels({ col2im: withAttrs('col2im', ({ strides: [height, width] }) => ({ strides: [width, height] })) }),
    section: 'primitives',
    finding: /^col2im/,
  },
  {
    fault: 'dilation silently ignored',
    open: () => withKernels({ im2col: withAttrs('im2col', () => ({ dilations: [1, 1] })) }),
    section: 'primitives',
    finding: /^im2col/,
  },
  {
    fault: 'NaN swallowed by max',
    open: () =>
      withKernels({
        max: ({ inputs: [a, b], output, ...call }) => {
          kernels.max!({ ...call, inputs: [a!, b!], output });
          output.data.forEach((value, i) => value !== value && (output.data[i] = 0));
        },
      }),
    section: 'primitives',
    finding: /^max, float32: NaN/,
  },
  {
    fault: 'float16 accumulator',
    open: () =>
      withKernels({
        matmul: (call) => {
          kernels.matmul!(call);
          if (call.output.type.dtype === 'float32') call.output.data.forEach((value, i) => (call.output.data[i] = half(value)));
        },
      }),
    section: 'primitives',
    finding: /^matmul, float32: real numbers/,
  },
  {
    fault: 'int32 that does not wrap',
    open: () => withKernels({ add: (call) => call.output.data.set(call.output.data.map((_, i) => Math.min(2 ** 31 - 1, call.inputs[0]!.data[i % call.inputs[0]!.data.length]! + call.inputs[1]!.data[i % call.inputs[1]!.data.length]!))) }),
    section: 'primitives',
    finding: /^add, int32: the ends of int32/,
  },
  {
    fault: 'a dropped bias',
    open: () => withKernels({ convMatmul: (call) => kernels.convMatmul!({ ...call, inputs: call.inputs.map((tensor, i) => (i === 2 ? { ...tensor, data: tensor.data.map(() => 0) } : tensor)) }) }),
    section: 'fused calls',
    finding: /^convMatmul, bias and relu/,
  },
  {
    fault: 'an epilogue that reads its first operand for every other',
    open: () => withKernels({ matmulEpilogue: (call) => kernels.matmulEpilogue!({ ...call, inputs: call.inputs.map((tensor, i) => (i > 2 && tensor.type.shape.length === call.inputs[2]!.type.shape.length ? { ...tensor, data: tensor.data.map((_, at) => call.inputs[2]!.data[at % call.inputs[2]!.data.length]!) } : tensor)) }) }),
    section: 'fused calls',
    finding: /^matmulEpilogue with any epilogue/,
  },
  {
    fault: 'an unaligned view',
    open: () => withKernels({ reverse: (call) => kernels.reverse!({ ...call, inputs: call.inputs.map((tensor) => ({ ...tensor, data: widened(tensor, 1) })) }) }),
    section: 'primitives',
    finding: /^reverse/,
  },
  {
    fault: 'a step that writes into a borrowed input',
    open: () =>
      withKernels({
        add: (call) => {
          kernels.add!(call);
          const [a] = call.inputs;
          if (a!.data.length === call.output.data.length) a!.data.set(call.output.data);
        },
      }),
    section: 'contract',
    finding: /leaves the inputs of a run/,
  },
  {
    fault: 'a retained input',
    open: () => withExecutable((executable) => {
      let first: readonly BackendBuffer[] | null = null;
      return { run: (inputs, options) => executable.run((first ??= inputs.slice()), options) };
    }),
    section: 'contract',
    finding: /again and again/,
  },
  {
    fault: 'a stale slot: results live in memory that the next run writes',
    open: () => withExecutable((executable) => {
      let slots: BackendBuffer[] | null = null;
      return {
        async run(inputs, options) {
          const outputs = await executable.run(inputs, options);
          slots?.forEach((slot, i) => dataOf(slot)?.set(dataOf(outputs[i]!)));
          slots = outputs;
          return outputs;
        },
      };
    }),
    section: 'contract',
    finding: /again and again/,
  },
  {
    fault: 'results of two runs in the wrong order',
    open: () => withExecutable((executable) => {
      let waiting: { resolve: (outputs: BackendBuffer[]) => void; outputs: BackendBuffer[] } | null = null;
      return {
        async run(inputs, options) {
          const outputs = await executable.run(inputs, options);
          return new Promise((resolve) => {
            if (waiting) {
              waiting.resolve(outputs);
              resolve(waiting.outputs);
              waiting = null;
            } else {
              const own = (waiting = { resolve, outputs });
              setTimeout(() => {
                if (waiting === own) waiting = null;
                resolve(outputs);
              }, 5);
            }
          });
        },
      };
    }),
    section: 'contract',
    finding: /overlap apart/,
  },
  {
    fault: 'a leaked buffer in every run',
    open: () => withExecutable((executable, sound) => ({
      async run(inputs, options) {
        await sound.upload(new Float32Array(4), { dtype: 'float32', shape: [4] });
        return executable.run(inputs, options);
      },
    })),
    section: 'contract',
    finding: /^counts memory|^holds no more/,
  },
  {
    fault: 'uploads that keep the array of the host',
    open: () => wrapped((sound) => ({
      async upload(data, type) {
        const buffer = await sound.upload(data, type);
        (buffer as { data?: TypedArray }).data = data;
        return buffer;
      },
    })),
    section: 'contract',
    finding: /keeps what was uploaded/,
  },
  {
    fault: 'a read before the run is done',
    open: () => withExecutable((executable) => ({
      async run(inputs, options) {
        const outputs = await executable.run(inputs, options);
        const results = outputs.map((output) => dataOf(output).slice());
        outputs.forEach((output) => dataOf(output).fill(0));
        setTimeout(() => outputs.forEach((output, i) => dataOf(output)?.set(results[i]!)), 1);
        return outputs;
      },
    })),
    section: 'contract',
    finding: /in turns|again and again/,
  },
  {
    fault: 'a run after dispose() that goes on',
    open: () => withExecutable(() => ({ dispose: () => undefined })),
    section: 'contract',
    finding: /disposes of an executable once/,
  },
  {
    fault: 'donated buffers taken because the program allows it, though the run does not',
    open: () => withTaking((run, program) => (inputs, options) => run(inputs, { ...options, donated: mayBeDonated(program) })),
    section: 'contract',
    finding: /borrows the inputs that a run does not name as donated/,
  },
  {
    fault: 'donated memory that is written before the run can fail no more',
    open: () => withTaking((run) => async (inputs, options) => {
      options?.donated?.forEach((at) => dataOf(inputs[at]!).reverse());
      const undo = () => options?.donated?.forEach((at) => dataOf(inputs[at]!)?.reverse());
      if (!options?.signal?.aborted) undo();
      return run(inputs, options);
    }),
    section: 'contract',
    finding: /takes nothing in a run that is stopped/,
  },
  {
    fault: 'a donated buffer that, freed, takes the result with it',
    open: () => {
      const taking = takingBackend();
      const resultOf = new Map<BackendBuffer, BackendBuffer>();
      return {
        ...taking,
        free: (buffer) => taking.free(resultOf.get(buffer) ?? buffer),
        async compile(program) {
          const executable = await taking.compile(program);
          return {
            ...executable,
            async run(inputs, options) {
              const outputs = await executable.run(inputs, options);
              options?.donated?.forEach((at) => resultOf.set(inputs[at]!, outputs[program.inputs[at]!.donatedTo!]!));
              return outputs;
            },
          };
        },
      };
    },
    section: 'contract',
    finding: /keeps results right and apart/,
  },
];
