import type { BackendBuffer } from '@unfoldjs/core';
import { checkExact } from '../../support/compare.js';
import { check } from '../../support/fail.js';
import { ProgramBuilder } from '../../support/program-builder.js';
import { otherProgram, sampleInputs, sampleProgram, sampleType, uploadAll } from '../../support/samples.js';
import type { Case, CaseContext } from '../section.js';

/** Runs the sample and gives inputs and results to `use`; frees what is left. */
async function withRun({ backend }: CaseContext, use: (inputs: BackendBuffer[], outputs: BackendBuffer[], expected: Float32Array[]) => Promise<void>): Promise<void> {
  const { program, expected } = sampleProgram();
  const data = sampleInputs(3);
  const executable = await backend.compile(program);
  const inputs = await uploadAll(backend, data);
  const outputs = await executable.run(inputs);
  try {
    await use(inputs, outputs, expected(data));
  } finally {
    [...inputs, ...outputs].forEach((buffer) => backend.free(buffer));
    executable.dispose();
  }
}

/** Inputs are borrowed, results belong to the caller, constants to the executable. */
export const ownership = (): Case[] => [
  {
    title: 'leaves the inputs of a run, and buffers that it was not given, as they were',
    async run({ backend }) {
      const { program } = sampleProgram();
      const data = sampleInputs(3);
      const canary = Float32Array.from({ length: data[0]!.length }, (_, i) => 1000 + i);
      const before = await backend.upload(canary, sampleType);
      const inputs = await uploadAll(backend, data);
      const after = await backend.upload(canary, sampleType);
      const executable = await backend.compile(program);
      const outputs = [...(await executable.run(inputs)), ...(await executable.run(inputs))];
      const seen = await Promise.all([before, ...inputs, after].map((buffer) => backend.read(buffer)));
      [before, ...inputs, after, ...outputs].forEach((buffer) => backend.free(buffer));
      executable.dispose();
      const wanted = [canary, ...data, canary];
      const names = ['a buffer uploaded before', 'input 0, which was only borrowed,', 'input 1, which was only borrowed,', 'a buffer uploaded after'];
      wanted.forEach((expected, i) => checkExact(seen[i]!, expected, sampleType.shape, `${names[i]} after two runs`));
    },
  },
  {
    title: 'keeps results whole when the inputs are freed',
    run: (context) =>
      withRun(context, async (inputs, outputs, expected) => {
        inputs.forEach((buffer) => context.backend.free(buffer));
        const read = await Promise.all(outputs.map((output) => context.backend.read(output)));
        read.forEach((data, i) => checkExact(data, expected[i]!, sampleType.shape, `result ${i} after its inputs were freed`));
      }),
  },
  {
    title: 'keeps one result whole when another is freed',
    run: (context) =>
      withRun(context, async (_inputs, outputs, expected) => {
        context.backend.free(outputs[0]!);
        checkExact(await context.backend.read(outputs[1]!), expected[1]!, sampleType.shape, 'result 1 after result 0 was freed');
      }),
  },
  {
    title: 'returns new buffers, never those that it borrowed',
    run: (context) =>
      withRun(context, async (inputs, outputs) => {
        check(new Set([...inputs, ...outputs]).size === inputs.length + outputs.length, () => 'a run returned one of its input buffers, or one buffer twice.');
      }),
  },
  {
    title: 'keeps results whole when their executable is disposed of and another one runs',
    async run({ backend }) {
      const sample = sampleProgram();
      const other = otherProgram();
      const data = sampleInputs(3);
      const inputs = await uploadAll(backend, data);
      const first = await backend.compile(sample.program);
      const outputs = await first.run(inputs);
      first.dispose();
      const second = await backend.compile(other.program);
      const more = await second.run(inputs);
      second.dispose();
      const read = await Promise.all(outputs.map((output) => backend.read(output)));
      [...inputs, ...outputs, ...more].forEach((buffer) => backend.free(buffer));
      read.forEach((values, i) => checkExact(values, sample.expected(data)[i]!, sampleType.shape, `result ${i} of an executable that is gone`));
    },
  },
  {
    title: 'never writes to the constants of a program',
    async run({ backend }) {
      const builder = new ProgramBuilder();
      const constant = Float32Array.from({ length: sampleType.shape[0] }, (_, i) => i);
      const a = builder.input(sampleType);
      const program = builder.program([builder.step('add', [a, builder.constant(sampleType, constant)])]);
      const executable = await backend.compile(program);
      const before = constant.slice();
      const buffer = await backend.upload(constant, sampleType);
      const [output] = await executable.run([buffer]);
      const read = await backend.read(output!);
      [buffer, output!].forEach((each) => backend.free(each));
      executable.dispose();
      checkExact(read, before.map((value) => 2 * value), sampleType.shape, 'the result');
      checkExact(constant, before, sampleType.shape, 'the array of a constant, after a run,');
    },
  },
];
