// Methods of backends broken on purpose: memory, runs, lifetimes.
import type { BackendBuffer, TypedArray } from '@unfoldjs/core';
import { takingBackend } from '@unfoldjs/test-support';
import { dataOf, mayBeDonated, withExecutable, withTaking, wrapped, type BrokenBackend } from './zoo-parts.js';

export const brokenMethods: readonly BrokenBackend[] = [
  {
    fault: 'a profile that leaves a step out',
    open: () => withExecutable((executable) => ({
      async profile(inputs) {
        const profiled = await executable.profile!(inputs);
        return { ...profiled, timings: profiled.timings.slice(1) };
      },
    })),
    section: 'profiling',
    finding: /a time for every step/,
  },
  {
    fault: 'a profile whose times run backwards',
    open: () => withExecutable((executable) => ({
      async profile(inputs) {
        const profiled = await executable.profile!(inputs);
        return { ...profiled, timings: profiled.timings.map(({ step }) => ({ step, milliseconds: -1 })) };
      },
    })),
    section: 'profiling',
    finding: /a time for every step/,
  },
  {
    fault: 'a profile that keeps a buffer',
    open: () => withExecutable((executable) => ({
      async profile(inputs) {
        await executable.run(inputs);
        return executable.profile!(inputs);
      },
    })),
    section: 'profiling',
    finding: /a time for every step/,
  },
  {
    fault: 'an empty source',
    open: () => withExecutable((executable) => ({ sources: () => executable.describe().map((_, i) => (i === 0 ? '' : 'code')) })),
    section: 'profiling',
    finding: /a text for every step/,
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
  {
    fault: 'large uploads cut short',
    open: () => wrapped((sound) => ({ upload: (data, type) => sound.upload(data.length > 4096 ? data.slice().fill(0, 4096) : data, type) })),
    section: 'contract',
    finding: /^brings float32 back: real numbers, the largest size/,
  },
  {
    fault: 'results that go with their executable',
    open: () => withExecutable((executable, sound) => {
      const given: BackendBuffer[] = [];
      return {
        async run(inputs, options) {
          const outputs = await executable.run(inputs, options);
          given.push(...outputs);
          return outputs;
        },
        dispose() {
          given.forEach((output) => sound.free(output));
          executable.dispose();
        },
      };
    }),
    section: 'contract',
    finding: /when their executable is disposed of/,
  },
  {
    fault: 'filters packed once, for the first run',
    open: () => withExecutable((executable, sound) => {
      const packed = new Map<number, BackendBuffer>();
      return {
        async run(inputs, options) {
          const taken = [...inputs];
          for (const [i, { type }] of inputs.entries()) {
            if (type.shape.length !== 4 || type.shape[0] !== type.shape[1]) continue;
            if (!packed.has(i)) packed.set(i, await sound.upload(dataOf(inputs[i]!), type));
            taken[i] = packed.get(i)!;
          }
          return executable.run(taken, options);
        },
      };
    }),
    section: 'training',
    finding: /level 0/,
  },
];
