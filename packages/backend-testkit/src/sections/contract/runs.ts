import type { Backend, BackendBuffer, Executable } from '@unfoldjs/core';
import { checkExact } from '../../support/compare.js';
import { checkEqual, checkRejects } from '../../support/fail.js';
import { ProgramBuilder } from '../../support/program-builder.js';
import { otherProgram, sampleInputs, sampleProgram, sampleType, uploadAll, type Sample } from '../../support/samples.js';
import type { Case } from '../section.js';

/** Reads and frees the results of one run and compares them. */
async function checkResults(backend: Backend, outputs: readonly BackendBuffer[], expected: readonly Float32Array[], what: string): Promise<void> {
  const read = await Promise.all(outputs.map((output) => backend.read(output)));
  outputs.forEach((output) => backend.free(output));
  checkEqual(read.length, expected.length, `the number of results of ${what}`);
  read.forEach((data, i) => checkExact(data, expected[i]!, sampleType.shape, `result ${i} of ${what}`));
}

interface Prepared {
  readonly sample: Sample;
  readonly executable: Executable;
}

const prepare = async (backend: Backend, sample: Sample): Promise<Prepared> => ({ sample, executable: await backend.compile(sample.program) });

/** Runs follow each other, overlap and repeat without seeing each other. */
export const runs = (): Case[] => [
  {
    title: 'runs one executable again and again on other inputs, and the results before stay',
    async run({ backend }) {
      const { sample, executable } = await prepare(backend, sampleProgram());
      const kept: { outputs: BackendBuffer[]; expected: Float32Array[] }[] = [];
      for (const seed of [11, 22, 33]) {
        const data = sampleInputs(seed);
        const inputs = await uploadAll(backend, data);
        kept.push({ outputs: await executable.run(inputs), expected: sample.expected(data) });
        inputs.forEach((buffer) => backend.free(buffer));
      }
      executable.dispose();
      for (const [i, { outputs, expected }] of kept.entries()) await checkResults(backend, outputs, expected, `run ${i + 1} of 3`);
    },
  },
  {
    title: 'runs two executables in turns',
    async run({ backend }) {
      const both = [await prepare(backend, sampleProgram()), await prepare(backend, otherProgram())];
      for (const round of [0, 1, 2]) {
        for (const [i, { sample, executable }] of both.entries()) {
          const data = sampleInputs(10 * round + i);
          const inputs = await uploadAll(backend, data);
          await checkResults(backend, await executable.run(inputs), sample.expected(data), `executable ${i} in round ${round}`);
          inputs.forEach((buffer) => backend.free(buffer));
        }
      }
      both.forEach(({ executable }) => executable.dispose());
    },
  },
  {
    title: 'keeps runs that overlap apart',
    async run({ backend }) {
      const both = [await prepare(backend, sampleProgram()), await prepare(backend, otherProgram())];
      const started = await Promise.all(
        Array.from({ length: 6 }, async (_, i) => {
          const data = sampleInputs(100 + i);
          return { data, inputs: await uploadAll(backend, data), ...both[i % 2]! };
        }),
      );
      const finished = await Promise.all(started.map(({ executable, inputs }) => executable.run(inputs)));
      for (const [i, { sample, data, inputs }] of started.entries()) {
        await checkResults(backend, finished[i]!, sample.expected(data), `run ${i} of 6 at once`);
        inputs.forEach((buffer) => backend.free(buffer));
      }
      both.forEach(({ executable }) => executable.dispose());
    },
  },
  {
    title: 'takes the result of one run as the input of the next',
    async run({ backend }) {
      const { sample, executable } = await prepare(backend, otherProgram());
      let data = sampleInputs(7);
      let inputs = await uploadAll(backend, data);
      for (let round = 0; round < 2; round++) {
        const [output] = await executable.run(inputs);
        const next = sample.expected(data)[0]!;
        backend.free(inputs[0]!);
        inputs = [output!, inputs[1]!];
        data = [next, data[1]!];
      }
      const read = await backend.read(inputs[0]!);
      inputs.forEach((buffer) => backend.free(buffer));
      executable.dispose();
      checkExact(read, data[0]!, sampleType.shape, 'the result of a run on the result of a run');
    },
  },
  {
    title: 'takes one buffer for two inputs',
    async run({ backend }) {
      const { sample, executable } = await prepare(backend, sampleProgram());
      const [data] = sampleInputs(9);
      const buffer = await backend.upload(data!, sampleType);
      await checkResults(backend, await executable.run([buffer, buffer]), sample.expected([data!, data!]), 'a run with one buffer for both inputs');
      backend.free(buffer);
      executable.dispose();
    },
  },
  {
    title: 'ignores an input that no step reads',
    async run({ backend }) {
      const builder = new ProgramBuilder();
      builder.input(sampleType);
      const b = builder.input(sampleType);
      const executable = await backend.compile(builder.program([builder.step('add', [b, b])]));
      const data = sampleInputs(4);
      const inputs = await uploadAll(backend, data);
      await checkResults(backend, await executable.run(inputs), [data[1]!.map((value) => 2 * value)], 'a program whose first input is not read');
      inputs.forEach((buffer) => backend.free(buffer));
      executable.dispose();
    },
  },
  {
    title: 'stops at a signal with a typed error, and runs again afterwards',
    async run({ backend }) {
      const { sample, executable } = await prepare(backend, sampleProgram());
      const data = sampleInputs(8);
      const inputs = await uploadAll(backend, data);
      await checkRejects(() => executable.run(inputs, { signal: { aborted: true } }), 'ABORTED', 'a run whose signal is aborted');
      await checkResults(backend, await executable.run(inputs), sample.expected(data), 'the run after an aborted one');
      inputs.forEach((buffer) => backend.free(buffer));
      executable.dispose();
    },
  },
];
