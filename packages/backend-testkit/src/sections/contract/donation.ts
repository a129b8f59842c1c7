import type { TypedArray } from '@unfoldjs/core';
import { checkExact } from '../../support/compare.js';
import { check, checkEqual, checkRejects } from '../../support/fail.js';
import { ProgramBuilder } from '../../support/program-builder.js';
import { sampleInputs, sampleType, uploadAll, type Sample } from '../../support/samples.js';
import type { Case } from '../section.js';

/** `a + b` and `a - b`, the second by way of the first; each may take over the input of its number. */
function donatingProgram(): Sample {
  const builder = new ProgramBuilder();
  const a = builder.input(sampleType);
  const b = builder.input(sampleType);
  const sum = builder.step('add', [a, b]);
  const difference = builder.step('sub', [builder.step('sub', [sum, b]), b]);
  const program = builder.program([sum, difference]);
  return {
    program: { ...program, inputs: program.inputs.map((input, i) => ({ ...input, donatedTo: i })) },
    expected: ([x, y]) => [Float32Array.from(x!, (_, i) => x![i]! + y![i]!), Float32Array.from(x!, (_, i) => x![i]! - y![i]!)],
  };
}

/** A signal that is aborted from the question after `times` on. */
const abortedAfter = (times: number) => ({
  get aborted() {
    return times-- <= 0;
  },
});

const mostSteps = 100;

/** Buffers that a run may take: only in the runs that say so, and only where the run succeeds. */
export const donation = (): Case[] => [
  {
    title: 'borrows the inputs that a run does not name as donated, whatever the program says',
    async run({ backend }) {
      const { program } = donatingProgram();
      const data = sampleInputs(3);
      const executable = await backend.compile(program);
      const inputs = await uploadAll(backend, data);
      const outputs = [...(await executable.run(inputs)), ...(await executable.run(inputs, { donated: [] }))];
      const untouched = await Promise.all(inputs.map((buffer) => backend.read(buffer)));
      outputs.push(...(await executable.run(inputs, { donated: [0] })));
      const second = await backend.read(inputs[1]!);
      [...inputs, ...outputs].forEach((buffer) => backend.free(buffer));
      executable.dispose();
      untouched.forEach((seen, i) => checkExact(seen, data[i]!, sampleType.shape, `input ${i}, which the run did not name as donated,`));
      checkExact(second, data[1]!, sampleType.shape, 'input 1, where the run named only input 0 as donated,');
    },
  },
  {
    title: 'keeps results right and apart where each run donates those of the run before, and holds no more memory',
    async run({ backend }) {
      const start = backend.memory().buffers;
      const { program, expected } = donatingProgram();
      const executable = await backend.compile(program);
      let data: readonly TypedArray[] = sampleInputs(3);
      let inputs = await uploadAll(backend, data);
      const live: number[] = [];
      for (let round = 0; round < 4; round++) {
        const outputs = await executable.run(inputs, { donated: [0, 1] });
        check(new Set([...inputs, ...outputs]).size === 4, () => `round ${round} returned a buffer that it was given; a result is a new one, also in donated memory.`);
        inputs.forEach((buffer) => backend.free(buffer));
        data = expected(data);
        const seen = await Promise.all(outputs.map((output) => backend.read(output)));
        seen.forEach((values, i) => checkExact(values, data[i]!, sampleType.shape, `result ${i} of round ${round}, after the donated inputs were freed,`));
        checkEqual(backend.memory().buffers - start, 2, `the number of buffers that memory() adds once round ${round} is over`);
        live.push(backend.memory().live);
        inputs = outputs;
      }
      inputs.forEach((buffer) => backend.free(buffer));
      executable.dispose();
      checkEqual(live.at(-1), live[1], 'memory().live after four rounds of donation, which was measured after two,');
      checkEqual(backend.memory().buffers, start, 'the number of buffers after everything was freed');
    },
  },
  {
    title: 'takes nothing in a run that is stopped, whenever it is',
    async run({ backend }) {
      const { program, expected } = donatingProgram();
      const data = sampleInputs(8);
      const executable = await backend.compile(program);
      const inputs = await uploadAll(backend, data);
      for (let times = 0; ; times++) {
        check(times < mostSteps, () => `a run of ${program.steps.length} steps asked its signal more than ${mostSteps} times.`);
        let outputs;
        try {
          outputs = await executable.run(inputs, { donated: [0, 1], signal: abortedAfter(times) });
        } catch (fault) {
          await checkRejects(() => Promise.reject(fault), 'ABORTED', 'a run whose signal is aborted');
          const seen = await Promise.all(inputs.map((buffer) => backend.read(buffer)));
          seen.forEach((values, i) => checkExact(values, data[i]!, sampleType.shape, `input ${i}, donated to a run that was stopped,`));
          continue;
        }
        const seen = await Promise.all(outputs.map((output) => backend.read(output)));
        [...inputs, ...outputs].forEach((buffer) => backend.free(buffer));
        executable.dispose();
        seen.forEach((values, i) => checkExact(values, expected(data)[i]!, sampleType.shape, `result ${i} of a run after some that were stopped`));
        return;
      }
    },
  },
];
