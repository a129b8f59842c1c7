import { checkExact } from '../support/compare.js';
import { check } from '../support/fail.js';
import { sampleInputs, sampleProgram, sampleType, uploadAll } from '../support/samples.js';
import { LeftOut, type Section } from './section.js';

/** What executables show to people: only of backends that offer it. */
export const profiling = (): Section => ({
  name: 'profiling',
  mode: 'test',
  cases: [
    {
      title: 'profile gives the results of a run and a time for every step',
      async run({ backend }) {
        const { program, expected } = sampleProgram();
        const data = sampleInputs(4);
        const executable = await backend.compile(program);
        const inputs = await uploadAll(backend, data);
        try {
          if (!executable.profile) throw new LeftOut('it has no profile');
          const { buffers } = backend.memory();
          const { outputs, timings, how } = await executable.profile(inputs);
          const seen = await Promise.all(outputs.map((output) => backend.read(output)));
          outputs.forEach((output) => backend.free(output));
          check(backend.memory().buffers === buffers, () => `profile left ${backend.memory().buffers - buffers} buffers behind that it did not return.`);
          const wanted = expected(data);
          check(seen.length === wanted.length, () => `profile gave ${seen.length} results; it must give ${wanted.length}.`);
          seen.forEach((values, i) => checkExact(values, wanted[i]!, sampleType.shape, `result ${i} of profile`));

          const steps = executable.describe();
          for (const { step, milliseconds } of timings) {
            check(Number.isInteger(step) && step >= 0 && step < steps.length, () => `profile timed step ${step}; describe() names steps 0 to ${steps.length - 1}.`);
            check(Number.isFinite(milliseconds) && milliseconds >= 0, () => `profile says that step ${step} took ${milliseconds} milliseconds.`);
          }
          const missing = steps.flatMap(({ op }, step) => (timings.some((timing) => timing.step === step) ? [] : [`${step} (${op})`]));
          check(missing.length === 0, () => `profile has no time for step ${missing.join(', ')}.`);
          check(how === undefined || how.length > 0, () => 'profile().how is empty; it says what the times are of, or is left out.');
        } finally {
          inputs.forEach((buffer) => backend.free(buffer));
          executable.dispose();
        }
      },
    },
    {
      title: 'sources gives a text for every step',
      async run({ backend }) {
        const executable = await backend.compile(sampleProgram().program);
        try {
          if (!executable.sources) throw new LeftOut('it has no sources');
          const sources = executable.sources();
          const { length } = executable.describe();
          check(sources.length === length, () => `sources() has ${sources.length} texts; it must have one for each of the ${length} steps.`);
          sources.forEach((source, step) => check(typeof source === 'string' && source.trim().length > 0, () => `sources()[${step}] is ${JSON.stringify(source)}; it must be a text.`));
        } finally {
          executable.dispose();
        }
      },
    },
  ],
});
