import type { Backend, MemoryInfo } from '@unfoldjs/core';
import { checkExact } from '../../support/compare.js';
import { check, checkEqual, checkRejects } from '../../support/fail.js';
import { sampleInputs, sampleProgram, sampleType, uploadAll } from '../../support/samples.js';
import type { Case } from '../section.js';

const counted = (backend: Backend): string => {
  const { live, buffers } = backend.memory();
  return `${live} bytes live in ${buffers} buffers`;
};

const bytes = sampleType.shape[0] * 4;

/** What is freed is freed once, what is disposed of refuses, and memory() knows. */
export const lifetimes = (): Case[] => [
  {
    title: 'counts memory: up while buffers are held, back to where it was afterwards',
    async run({ backend }) {
      const before = counted(backend);
      const start = backend.memory();
      const executable = await backend.compile(sampleProgram().program);
      for (let round = 0; round < 3; round++) {
        const inputs = await uploadAll(backend, sampleInputs(round));
        const held = backend.memory();
        checkEqual(held.buffers - start.buffers, 2, 'the number of buffers that memory() adds for two uploads');
        check(held.live - start.live >= 2 * bytes, () => `memory().live grew by ${held.live - start.live} for two uploads of ${bytes} bytes.`);
        const outputs = await executable.run(inputs);
        const after: MemoryInfo = backend.memory();
        checkEqual(after.buffers - start.buffers, 4, 'the number of buffers that memory() adds for two uploads and two results');
        check(after.peak >= after.live, () => `memory().peak, ${after.peak}, is below live, ${after.live}.`);
        [...inputs, ...outputs].forEach((buffer) => backend.free(buffer));
      }
      executable.dispose();
      checkEqual(counted(backend), before, 'memory() after everything was freed');
    },
  },
  {
    title: 'holds no more after a hundred runs than after the first',
    async run({ backend }) {
      const executable = await backend.compile(sampleProgram().program);
      const inputs = await uploadAll(backend, sampleInputs(1));
      const once = async (): Promise<void> => (await executable.run(inputs)).forEach((output) => backend.free(output));
      await once();
      const first = counted(backend);
      for (let i = 0; i < 100; i++) await once();
      const last = counted(backend);
      inputs.forEach((buffer) => backend.free(buffer));
      executable.dispose();
      checkEqual(last, first, 'memory() after 101 runs');
    },
  },
  {
    title: 'returns the memory of a run that was aborted',
    async run({ backend }) {
      const executable = await backend.compile(sampleProgram().program);
      const inputs = await uploadAll(backend, sampleInputs(1));
      (await executable.run(inputs)).forEach((output) => backend.free(output));
      const before = counted(backend);
      await checkRejects(() => executable.run(inputs, { signal: { aborted: true } }), 'ABORTED', 'a run whose signal is aborted');
      const after = counted(backend);
      inputs.forEach((buffer) => backend.free(buffer));
      executable.dispose();
      checkEqual(after, before, 'memory() after an aborted run');
    },
  },
  {
    title: 'frees a buffer once, however often it is asked to',
    async run({ backend }) {
      const before = counted(backend);
      const [first, second] = await uploadAll(backend, sampleInputs(2));
      backend.free(first!);
      backend.free(first!);
      const seen = await backend.read(second!);
      checkExact(seen, sampleInputs(2)[1]!, sampleType.shape, 'a buffer, after another was freed twice,');
      backend.free(second!);
      checkEqual(counted(backend), before, 'memory() after a buffer was freed twice');
    },
  },
  {
    title: 'refuses a freed buffer, to readers and as an input',
    async run({ backend }) {
      const executable = await backend.compile(sampleProgram().program);
      const [first, second] = await uploadAll(backend, sampleInputs(2));
      backend.free(first!);
      await checkRejects(() => backend.read(first!), 'DISPOSED', 'reading a freed buffer');
      await checkRejects(() => executable.run([first!, second!]), 'DISPOSED', 'a run on a freed buffer');
      backend.free(second!);
      executable.dispose();
    },
  },
  {
    title: 'disposes of an executable once, and refuses to run it afterwards',
    async run({ backend }) {
      const before = counted(backend);
      const executable = await backend.compile(sampleProgram().program);
      const inputs = await uploadAll(backend, sampleInputs(2));
      executable.dispose();
      executable.dispose();
      await checkRejects(() => executable.run(inputs), 'DISPOSED', 'running an executable that was disposed of');
      inputs.forEach((buffer) => backend.free(buffer));
      checkEqual(counted(backend), before, 'memory() after an executable was disposed of twice');
    },
  },
  {
    title: 'disposes of itself once, and refuses everything afterwards',
    async run({ open }) {
      const backend = await open();
      const executable = await backend.compile(sampleProgram().program);
      const inputs = await uploadAll(backend, sampleInputs(2));
      await backend.dispose();
      await backend.dispose();
      checkEqual(backend.memory().live, 0, 'memory().live after dispose()');
      checkEqual(backend.memory().buffers, 0, 'memory().buffers after dispose()');
      await checkRejects(() => backend.read(inputs[0]!), 'DISPOSED', 'reading from a backend that was disposed of');
      await checkRejects(() => executable.run(inputs), 'DISPOSED', 'running on a backend that was disposed of');
      await checkRejects(() => backend.upload(sampleInputs(1)[0]!, sampleType), 'DISPOSED', 'uploading to a backend that was disposed of');
      await checkRejects(() => backend.compile(sampleProgram().program), 'DISPOSED', 'compiling on a backend that was disposed of');
      backend.free(inputs[0]!);
      executable.dispose();
      checkEqual(backend.memory().live, 0, 'memory().live after a late free()');
    },
  },
];
