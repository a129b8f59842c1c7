import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnfoldError } from '@unfoldjs/core';
import { asha, choice, defineTrial, integer, sampleParams, sweep, uniform, type SweepResult, type Task } from '@unfoldjs/distributed';
import { expect } from 'chai';
import fc from 'fast-check';
import { inProcess, type InProcessOptions } from './in-process-engine.js';
import { bowl, lossAt, options, space } from './trials.js';

const engine = (more: Partial<InProcessOptions> = {}) => inProcess({ tasks: [bowl], ...more });
const numbers = (result: SweepResult<unknown>): number[] => result.trials.map(({ trial }) => trial);

async function refusal(work: Promise<unknown>): Promise<UnfoldError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof UnfoldError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('a sweep', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sweep-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('runs what the seed gives, ranks it, and saves the best', async () => {
    const result = await sweep(bowl, space, options(engine(), folder));
    const expected = Array.from({ length: 8 }, (_, trial) => ({ trial, params: sampleParams(space, 5, trial) })).sort((a, b) => lossAt(a.params, 1) - lossAt(b.params, 1));
    expect(result.trials.map(({ trial, params }) => ({ trial, params }))).to.deep.equal(expected);
    expect(result.best).to.deep.equal(result.trials[0]);
    expect(result.best!.objective).to.equal(lossAt(expected[0]!.params, 1));
    expect(result.checkpoint).to.equal(join(folder, 'best.safetensors'));
    expect([...readFileSync(result.checkpoint!)]).to.deep.equal([1, expected[0]!.params.shift]);
    expect(readdirSync(join(folder, 'checkpoints'))).to.deep.equal([`trial-${result.best!.trial}-rung-0.safetensors`]);
    expect(JSON.parse(JSON.stringify(result))).to.deep.equal(result);
  });

  it('gives the same for every number of workers and every order in which they end', async () => {
    const alone = await sweep(bowl, space, options(engine(), join(folder, 'alone')));
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 4 }), async (s, workers) => {
        const done = sweep(bowl, space, options(engine({ workers, turn: ({ id }) => s.schedule(Promise.resolve(), id) }), join(folder, `${round++}`)));
        const result = await s.waitFor(done);
        expect(result.trials).to.deep.equal(alone.trials);
        expect(readFileSync(result.checkpoint!)).to.deep.equal(readFileSync(alone.checkpoint!));
      }),
      { seed: 4, numRuns: 12 },
    );
  });

  it('goes through a grid, and through the first of it where fewer are asked for', async () => {
    const grid = { x: choice([-1, 0, 1]), shift: integer(0, 1), kind: choice(['round', 'steep']) };
    const { trials: _, ...common } = options(engine({ workers: 3 }), folder);
    const all = await sweep(bowl, grid, { ...common, strategy: 'grid', budget: 2 });
    expect(all.trials.length).to.equal(12);
    expect(all.best!.params).to.include({ x: 0, shift: 0 });
    expect(all.best!.objective).to.equal(0.5);
    const some = await sweep(bowl, grid, { ...common, strategy: 'grid', budget: 2, trials: 5, folder: join(folder, 'some') });
    expect(numbers(some).sort()).to.deep.equal([0, 1, 2, 3, 4]);
  });

  it('takes the largest where the metric is to be maximised', async () => {
    const result = await sweep(bowl, space, { ...options(engine(), folder), objective: { metric: 'loss', direction: 'maximize' } });
    const losses = result.trials.map(({ objective }) => objective!);
    expect(losses).to.deep.equal([...losses].sort((a, b) => b - a));
  });

  it('with asha gives the best more budget, from where they stopped', async () => {
    const result = await sweep(bowl, space, { ...options(engine(), folder), trials: 12, strategy: asha({ maxBudget: 9, reductionFactor: 3 }) });
    const budgets = result.trials.map(({ budget }) => budget);
    expect([1, 3, 9].map((budget) => budgets.filter((own) => own === budget).length)).to.deep.equal([8, 3, 1]);
    for (const { budget, metrics, curve } of result.trials) {
      expect(metrics['made'], 'steps made since the budget before').to.equal({ 1: 1, 3: 2, 9: 6 }[budget]);
      expect(curve.map(({ step }) => step)).to.deep.equal(Array.from({ length: budget }, (_, i) => i + 1));
    }
    expect(readFileSync(result.checkpoint!)[0]).to.equal(result.best!.budget);
    // Of trials that may go on, each has one checkpoint.
    expect(readdirSync(join(folder, 'checkpoints')).length).to.equal(12);
  });

  it('with asha keeps as many trials going as there are workers', async () => {
    let taken = 0;
    let go = (): void => undefined;
    const three = new Promise<void>((resolve) => (go = resolve));
    const busy = engine({ workers: 3, turn: () => (++taken === 3 && go(), three) });
    await sweep(bowl, space, { ...options(busy, folder), strategy: asha({ maxBudget: 4, reductionFactor: 2 }) });
    expect(busy.mostAhead()).to.equal(3);
  });

  it('begins a promoted trial anew where it left no checkpoint, and says that there is no best file', async () => {
    const forgetful = defineTrial({ name: 'forgetful', run: async ({ x }: { x: number }, { budget, resumeFrom }) => ({ metrics: { loss: x / budget, resumed: resumeFrom ? 1 : 0 } }) });
    const result = await sweep(forgetful, { x: uniform(1, 2) }, { ...options(inProcess({ tasks: [forgetful] }), folder), strategy: asha({ maxBudget: 2, reductionFactor: 2 }) });
    expect(result.trials.map(({ metrics }) => metrics['resumed'])).to.deep.equal(Array(8).fill(0));
    expect(result.best!.budget).to.equal(2);
    expect([result.checkpoint, existsSync(join(folder, 'best.safetensors'))]).to.deep.equal([null, false]);
  });

  it('records trials that throw, give NaN or miss the metric, and goes on', async () => {
    const shaky = defineTrial({
      name: 'shaky',
      async run({ way }: { way: number }) {
        if (way === 0) throw new Error('out of luck');
        return { metrics: way === 1 ? { loss: NaN } : way === 2 ? { cost: 1 } : { loss: way } };
      },
    });
    const result = await sweep(shaky, { way: integer(0, 4) }, { ...options(inProcess({ tasks: [shaky] }), folder), strategy: 'grid' });
    expect(numbers(result)).to.deep.equal([3, 4, 0, 1, 2]);
    expect(result.trials.map(({ status }) => status)).to.deep.equal(['done', 'done', 'failed', 'failed', 'failed']);
    expect(result.trials.slice(2).map(({ error }) => error)).to.deep.equal([
      { code: 'TASK_FAILED', message: 'out of luck' },
      { code: 'NOT_FINITE', message: 'its `loss` is not a finite number.' },
      { code: 'INVALID_ARGUMENT', message: 'the trial gave no metric `loss`; it gave: cost.' },
    ]);
  });

  it('records answers that are not those of a trial', async () => {
    const answers = [null, { metrics: [], curve: [], checkpoint: false }, { metrics: { loss: 'low' }, curve: [], checkpoint: false }, { metrics: { loss: 1 }, curve: [{ step: 1 }], checkpoint: false }, { metrics: { loss: 1 }, curve: [], checkpoint: 1 }, { metrics: { loss: 1 }, curve: [], checkpoint: false }];
    const other: Task = { name: bowl.name, parse: (payload) => payload, run: async (payload) => answers[(payload as { trial: number }).trial]! };
    const { trials } = await sweep(bowl, space, { ...options(inProcess({ tasks: [other] }), folder), trials: answers.length });
    expect(trials.map(({ trial, error }) => [trial, error?.code])).to.deep.equal([[5, undefined], ...[0, 1, 2, 3, 4].map((trial) => [trial, 'PAYLOAD_REFUSED'])]);
  });

  it('does not begin where its signal is aborted already', async () => {
    const idle = engine();
    expect((await refusal(sweep(bowl, space, { ...options(idle, folder), signal: AbortSignal.abort() }))).code).to.equal('ABORTED');
    expect(idle.runs).to.deep.equal([]);
  });

  it('has no best where all trials fail', async () => {
    const hopeless = defineTrial({ name: 'hopeless', run: async (_: { x: number }) => Promise.reject(new Error('no')) });
    const { best, checkpoint, trials } = await sweep(hopeless, { x: uniform(0, 1) }, { ...options(inProcess({ tasks: [hopeless] }), folder), trials: 2 });
    expect([best, checkpoint, trials.length]).to.deep.equal([null, null, 2]);
  });

  it('of a trial that fails at a larger budget keeps what it measured, but takes another as the best', async () => {
    const brittle = defineTrial({
      name: 'brittle',
      async run({ x }: { x: number }, { budget }) {
        if (budget === 2 && x === 0) throw new Error('broke');
        return { metrics: { loss: x }, checkpoint: Uint8Array.of(x) };
      },
    });
    // Some of the trials draw x = 0, and go on first.
    const result = await sweep(brittle, { x: integer(0, 3) }, { ...options(inProcess({ tasks: [brittle] }), folder), strategy: asha({ maxBudget: 2, reductionFactor: 2 }) });
    const failed = result.trials.filter(({ status }) => status === 'failed');
    expect(failed.length).to.be.above(0);
    for (const { objective, budget, error } of failed) expect([objective, budget, error!.message]).to.deep.equal([0, 1, 'broke']);
    expect(result.best!.status).to.equal('done');
    expect([...readFileSync(result.checkpoint!)]).to.deep.equal([result.best!.params.x]);
  });

  it('is not changed by workers that are lost', async () => {
    const steady = await sweep(bowl, space, { ...options(engine(), join(folder, 'steady')), strategy: asha({ maxBudget: 4, reductionFactor: 2 }), parallel: 1 });
    const lossy = engine({ losses: ({ id }) => id.length % 3 });
    const result = await sweep(bowl, space, { ...options(lossy, join(folder, 'lossy')), strategy: asha({ maxBudget: 4, reductionFactor: 2 }), parallel: 1 });
    expect(lossy.runs.length).to.be.above(result.trials.length + 4);
    expect(result.trials).to.deep.equal(steady.trials);
  });

  it('says how far it is', async () => {
    const points: number[] = [];
    const progress: string[] = [];
    const result = await sweep(bowl, space, {
      ...options(engine(), folder),
      trials: 3,
      budget: 2,
      onReport: (trial, { step }) => points.push(10 * trial + step),
      onTrialEnd: ({ trial }, { ended, trials, best }) => progress.push(`${trial}: ${ended} of ${trials}, ${best?.trial}`),
    });
    expect(points).to.deep.equal([1, 2, 11, 12, 21, 22]);
    expect(progress.slice(0, 1)).to.deep.equal(['0: 1 of 3, 0']);
    expect(progress.at(-1)).to.equal(`2: 3 of 3, ${result.best!.trial}`);
  });

  it('stops by the signal, and goes on from there', async () => {
    const control = new AbortController();
    const first = engine();
    const stopped = await refusal(sweep(bowl, space, { ...options(first, folder), signal: control.signal, onTrialEnd: (_, { ended }) => ended === 3 && control.abort() }));
    expect(stopped.code).to.equal('ABORTED');
    const second = engine();
    const result = await sweep(bowl, space, options(second, folder));
    expect(second.runs.some((id) => ['trial-0-rung-0', 'trial-1-rung-0', 'trial-2-rung-0'].includes(id))).to.equal(false);
    expect(result.trials).to.deep.equal((await sweep(bowl, space, options(engine(), join(folder, 'whole')))).trials);
  });

  it('ends with the error of a callback, without waiting for ever', async () => {
    const broken = sweep(bowl, space, { ...options(engine(), folder), strategy: asha({ maxBudget: 4, reductionFactor: 2 }), onTrialEnd: () => { throw new RangeError('mine'); } });
    await broken.then(() => expect.fail('it went on'), (error: Error) => expect(error.message).to.equal('mine'));
  });

  it('refuses what is not a sweep, by the name of the argument', async () => {
    const of = (more: object) => refusal(sweep(bowl, space, { ...options(engine(), folder), ...more } as never));
    const cases: readonly (readonly [object, string, RegExp])[] = [
      [{ trials: 0 }, 'trials', /0 is not a whole number from 1/],
      [{ trials: undefined }, 'trials', /missing/],
      [{ seed: -1 }, 'seed', /-1/],
      [{ strategy: 'bayes' }, 'strategy', /"bayes"/],
      [{ strategy: 'grid' }, 'space', /`x` is uniform/],
      [{ objective: { metric: 'loss', direction: 'down' } }, 'objective', /direction/],
      [{ budget: 0 }, 'budget', /0/],
      [{ budget: 3, strategy: asha({ maxBudget: 3 }) }, 'budget', /of its own/],
      [{ parallel: 0 }, 'parallel', /0/],
      [{ folder: '' }, 'folder', /missing/],
    ];
    for (const [more, argument, problem] of cases) {
      const error = await of(more);
      expect([error.code, error.argument]).to.deep.equal(['INVALID_ARGUMENT', argument]);
      expect(error.problem).to.match(problem);
    }
    expect((await refusal(sweep(bowl, {} as typeof space, options(engine(), folder)))).argument).to.equal('space');
    expect((await refusal(sweep(bowl, { ...space, x: 3 } as never, options(engine(), folder)))).problem).to.include('`x` is no parameter');
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('refuses a payload that is not that of a trial', () => {
    const payload = { trial: 0, seed: 1, budget: 1, params: {}, resumeFrom: null, checkpoint: 'a' };
    expect(bowl.parse(payload)).to.deep.equal(payload);
    for (const [name, value] of Object.entries({ trial: -1, seed: 0.5, budget: 0, params: [], resumeFrom: 1, checkpoint: null })) {
      expect(() => bowl.parse({ ...payload, [name]: value })).to.throw(UnfoldError).with.property('argument', name);
    }
    expect(() => bowl.parse(null)).to.throw(UnfoldError);
  });
});
