import { choice, defineTrial, integer, uniform, type JobEngine, type ParamsOf, type SweepOptions } from '@unfoldjs/distributed';

export const space = { x: uniform(-1, 1), shift: integer(0, 3), kind: choice(['round', 'steep']) };
export type BowlParams = ParamsOf<typeof space>;

/** The loss of a bowl after so many steps: it falls with the budget, to a floor that the parameters set. */
export const lossAt = ({ x, shift, kind }: BowlParams, budget: number): number => (kind === 'round' ? x ** 2 : Math.abs(x)) + shift / 4 + 1 / budget;

/**
 * A trial whose checkpoint counts the steps that it has made, so that one that begins anew where it should go on gives another count.
 */
export const bowl = defineTrial({
  name: 'bowl',
  async run(params: BowlParams, { budget, resumeFrom, report, seed }) {
    let steps = resumeFrom ? resumeFrom[0]! : 0;
    const before = steps;
    while (steps < budget) await report(++steps, { loss: lossAt(params, steps) });
    return { metrics: { loss: lossAt(params, budget), made: steps - before, parity: seed % 2 }, checkpoint: Uint8Array.of(steps, params.shift) };
  },
});

export const options = (engine: JobEngine, folder: string): Omit<SweepOptions<never>, 'strategy' | 'onTrialEnd'> => ({
  engine,
  tasks: new URL('trials.js', import.meta.url),
  objective: { metric: 'loss', direction: 'minimize' },
  trials: 8,
  seed: 5,
  folder,
});

/** One whose journal is short. */
export const tiny = defineTrial({ name: 't', run: async ({ x }: { x: number }, { budget }) => ({ metrics: { y: x / budget }, checkpoint: Uint8Array.of(budget) }) });
