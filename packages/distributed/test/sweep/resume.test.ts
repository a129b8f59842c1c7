import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnfoldError } from '@unfoldjs/core';
import { asha, integer, sweep, uniform, type JobEngine, type SweepResult } from '@unfoldjs/distributed';
import { expect } from 'chai';
import fc from 'fast-check';
import { inProcess, type InProcessOptions } from './in-process-engine.js';
import { bowl, options, space, tiny } from './trials.js';

const engine = (more: Partial<InProcessOptions> = {}) => inProcess({ tasks: [bowl], ...more });
const journalOf = (folder: string): string => join(folder, 'journal.jsonl');
const strategy = asha({ maxBudget: 4, reductionFactor: 2 });

/** What a sweep ends with. */
const endOf = (result: SweepResult<unknown>) => ({ trials: result.trials, best: [...readFileSync(result.checkpoint!)] });

/** The jobs that a journal, or its beginning, says have ended. */
function endedIn(text: string): string[] {
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n').filter(Boolean).map((line) => JSON.parse(line) as { event?: string; trial: number; rung: number });
  return lines.filter(({ event }) => event === 'ended').map(({ trial, rung }) => `trial-${trial}-rung-${rung}`);
}

describe('a sweep that was stopped', function () {
  this.timeout(60_000);
  let folder: string;
  // In memory where it can be: these are thousands of sweeps, each of which waits for the disk a dozen times.
  beforeEach(() => (folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'sweep-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('goes on from a journal that was cut at any byte: the result is the same, and nothing that ended runs again', async () => {
    const whole = join(folder, 'whole');
    // Checkpoints as they were at each moment: kept whenever one is written.
    const history = join(folder, 'history');
    const run = (engineOf: JobEngine, into: string, onTrialEnd?: () => void) =>
      sweep(tiny, { x: integer(0, 9) }, { engine: engineOf, tasks: 'in process', objective: { metric: 'y', direction: 'minimize' }, trials: 2, strategy: asha({ maxBudget: 2, reductionFactor: 2 }), parallel: 1, folder: into, onTrialEnd });
    const small = () => inProcess({ tasks: [tiny] });
    const uncut = await run(small(), whole, () => cpSync(join(whole, 'checkpoints'), history, { recursive: true }));
    const text = readFileSync(journalOf(whole), 'utf8');
    expect(Buffer.byteLength(text), 'characters are bytes').to.equal(text.length);
    expect(endedIn(text)).to.have.lengthOf(3);
    const cut = join(folder, 'cut');
    for (let length = 0; length <= text.length; length++) {
      rmSync(cut, { recursive: true, force: true });
      mkdirSync(cut);
      cpSync(history, join(cut, 'checkpoints'), { recursive: true });
      writeFileSync(journalOf(cut), text.slice(0, length));
      const again = small();
      const result = await run(again, cut);
      expect(endOf(result), `cut after ${length} bytes`).to.deep.equal(endOf(uncut));
      const ended = endedIn(text.slice(0, length));
      expect([...ended, ...again.runs], `cut after ${length} bytes`).to.deep.equal(endedIn(text));
      // No line is left torn in the middle.
      expect(endedIn(readFileSync(journalOf(cut), 'utf8'))).to.deep.equal(endedIn(text));
    }
  });

  it('with one worker ends as one that was never stopped, however often its engine breaks', async () => {
    const uncut = await sweep(bowl, space, { ...options(engine(), join(folder, 'whole')), strategy, parallel: 1 });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 4 }), fc.boolean(), async (breaks, keeps) => {
        const own = join(folder, `${round++}`);
        const ran: string[] = [];
        for (const after of [...breaks, Infinity]) {
          let left = after;
          const again = engine({ keeps, turn: async () => { if (left-- <= 0) throw new Error('the engine broke'); } });
          try {
            expect(endOf(await sweep(bowl, space, { ...options(again, own), strategy, parallel: 1 }))).to.deep.equal(endOf(uncut));
          } catch (error) {
            if ((error as Error).message !== 'the engine broke') throw error;
          }
          ran.push(...again.runs);
        }
        expect(ran).to.deep.equal(endedIn(readFileSync(journalOf(own), 'utf8')));
      }),
      { seed: 6, numRuns: 15 },
    );
  });

  it('takes from an engine that remembers it what ended while nobody listened', async () => {
    const control = new AbortController();
    const lasting = engine({ keeps: true, workers: 2 });
    const stopped = sweep(bowl, space, { ...options(lasting, folder), signal: control.signal, onTrialEnd: () => control.abort() });
    await stopped.then(() => expect.fail('it was not stopped'), () => undefined);
    const result = await sweep(bowl, space, options(lasting, folder));
    expect(result.trials).to.have.lengthOf(8);
    expect([...lasting.runs].sort()).to.deep.equal(result.trials.map(({ trial }) => `trial-${trial}-rung-0`).sort());
  });

  it('runs a trial again whose outcome the engine remembers and whose checkpoint it does not', async () => {
    const control = new AbortController();
    const forgetful = engine({ keeps: true, workers: 2 });
    const stopped = sweep(bowl, space, { ...options(forgetful, folder), signal: control.signal, onTrialEnd: () => control.abort() });
    await stopped.then(() => expect.fail('it was not stopped'), () => undefined);
    const before = forgetful.runs.length;
    forgetful.expire();
    const result = await sweep(bowl, space, options(forgetful, folder));
    expect(forgetful.runs.filter((id) => id.endsWith('-again')).length).to.be.within(1, before - 1);
    expect(endOf(result)).to.deep.equal(endOf(await sweep(bowl, space, options(engine(), join(folder, 'whole')))));
  });

  it('fails a trial whose checkpoint is lost twice', async () => {
    const losing = engine({ forgets: (key) => key === 'trial-1-rung-0' });
    const result = await sweep(bowl, space, { ...options(losing, folder), trials: 3 });
    expect(losing.runs).to.deep.equal(['trial-0-rung-0', 'trial-1-rung-0', 'trial-2-rung-0', 'trial-1-rung-0-again']);
    expect(result.trials.map(({ error }) => error?.code)).to.deep.equal([undefined, undefined, 'BLOB_MISSING']);
  });

  it('that is finished opens no engine, and brings a lost copy of the best back', async () => {
    const first = await sweep(bowl, space, options(engine(), folder));
    const best = readFileSync(first.checkpoint!);
    rmSync(first.checkpoint!);
    const closed = { name: 'closed', open: () => Promise.reject(new Error('it was opened')) };
    expect(await sweep(bowl, space, options(closed, folder))).to.deep.equal(first);
    expect(readFileSync(first.checkpoint!)).to.deep.equal(best);
  });

  it('tries more configurations when asked for more', async () => {
    await sweep(bowl, space, { ...options(engine(), folder), trials: 4 });
    const second = engine();
    const more = await sweep(bowl, space, options(second, folder));
    expect(second.runs).to.deep.equal(['trial-4-rung-0', 'trial-5-rung-0', 'trial-6-rung-0', 'trial-7-rung-0']);
    expect(more.trials).to.deep.equal((await sweep(bowl, space, options(engine(), join(folder, 'at-once')))).trials);
  });

  it('does not take the folder of another sweep, and says what is different', async () => {
    await sweep(bowl, space, { ...options(engine(), folder), trials: 2 });
    const journal = readFileSync(journalOf(folder));
    const others: readonly (readonly [object, RegExp])[] = [
      [{ seed: 6 }, /with seed 5 and not 6\./],
      [{ objective: { metric: 'loss', direction: 'maximize' } }, /objective/],
      [{ strategy }, /strategy {"kind":"random","budget":1} and not {"kind":"asha"/],
      [{ budget: 2 }, /strategy/],
    ];
    for (const [more, problem] of others) {
      try {
        await sweep(bowl, space, { ...options(engine(), folder), trials: 2, ...more });
        expect.fail('it was taken');
      } catch (error) {
        expect(error).to.be.instanceOf(UnfoldError).with.property('code', 'INVALID_ARGUMENT');
        expect((error as UnfoldError).argument).to.equal('folder');
        expect((error as UnfoldError).problem).to.match(problem);
      }
    }
    const wider = sweep(bowl, { ...space, x: uniform(-2, 2) }, options(engine(), folder));
    await wider.then(() => expect.fail('it was taken'), (error: UnfoldError) => expect(error.problem).to.include('space'));
    expect(readFileSync(journalOf(folder))).to.deep.equal(journal);
  });

  it('refuses a journal with a damaged line, by its number, and leaves it as it is', async () => {
    await sweep(bowl, space, { ...options(engine(), folder), trials: 2 });
    const text = readFileSync(journalOf(folder), 'utf8');
    const lines = text.split('\n');
    for (const [damage, line] of [['{"event":', 2], ['{"event":"ended","trial":0,"rung":0}', 3], ['null', 1], ['{"event":"other","trial":0,"rung":0}', 2]] as const) {
      const damaged = [...lines.slice(0, line - 1), damage, ...lines.slice(line)].join('\n');
      writeFileSync(journalOf(folder), damaged);
      try {
        await sweep(bowl, space, { ...options(engine(), folder), trials: 2 });
        expect.fail('it was taken');
      } catch (error) {
        expect(error).to.be.instanceOf(UnfoldError).with.property('code', 'INVALID_FILE');
        expect((error as UnfoldError).problem).to.match(new RegExp(`^line ${line} of .*journal.jsonl`));
      }
      expect(readFileSync(journalOf(folder), 'utf8')).to.equal(damaged);
    }
  });

  it('says which checkpoint is gone', async () => {
    await sweep(bowl, space, { ...options(engine(), folder), trials: 2 });
    rmSync(join(folder, 'checkpoints'), { recursive: true });
    await sweep(bowl, space, { ...options(engine(), folder), trials: 3 }).then(
      () => expect.fail('it went on'),
      (error: UnfoldError) => {
        expect(error.code).to.equal('INVALID_FILE');
        expect(error.problem).to.match(/trial-\d-rung-0\.safetensors, of which the journal speaks/);
      },
    );
  });

  it('names a folder that cannot be written to', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await sweep(bowl, space, options(engine(), file)).then(
      () => expect.fail('it went on'),
      (error: UnfoldError) => expect([error.code, error.argument]).to.deep.equal(['INVALID_FILE', 'folder']),
    );
  });
});
