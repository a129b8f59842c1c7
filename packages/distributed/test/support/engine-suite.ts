import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Job, JobEngine, JobOutcome, JobSession, SessionOptions } from '@unfoldjs/distributed';

export const tasks = new URL('./tasks.js', import.meta.url);

/** An engine with two workers, as the suite needs it. */
export interface EngineUnderTest {
  readonly engine: JobEngine;
  /** Overwrites what is stored under the key of a blob. */
  damage(scope: string, key: string): Promise<void>;
}

/** Waits until something is so. */
export async function until(what: () => boolean | Promise<boolean>, ms = 8000): Promise<void> {
  for (const end = Date.now() + ms; !(await what()); await sleep(20)) if (Date.now() > end) throw new Error(`not so after ${ms} ms: ${String(what)}`);
}

/** The processes that a task wrote into its log. */
export const pidsIn = (log: string): number[] => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').filter(Boolean).map(Number) : []);

export async function collect(outcomes: AsyncIterable<JobOutcome>): Promise<JobOutcome[]> {
  const all: JobOutcome[] = [];
  for await (const outcome of outcomes) all.push(outcome);
  return all;
}

export const resultOf = (outcome: JobOutcome | undefined): unknown => (outcome?.status === 'done' ? outcome.result : outcome);
export const codeOf = (outcome: JobOutcome | undefined): string | undefined => (outcome?.status === 'failed' ? outcome.error.code : undefined);

const squares = (count: number): Job[] => Array.from({ length: count }, (_, i) => ({ id: `square ${i}`, task: 'square', payload: i }));

/** What every engine must do. `start` is called once, before all. */
export function engineSuite(start: () => Promise<EngineUnderTest>): void {
  let under: EngineUnderTest;
  let folder: string;
  const sessions: JobSession[] = [];
  let scopes = 0;

  const open = async (options: Partial<SessionOptions> = {}): Promise<JobSession> => {
    const session = await under.engine.open({ tasks, scope: `scope-${scopes++}`, ...options });
    sessions.push(session);
    return session;
  };
  const log = (name: string): string => join(folder, name);

  before(async () => {
    under = await start();
    folder = mkdtempSync(join(tmpdir(), 'unfold-suite-'));
  });
  afterEach(async () => {
    for (const session of sessions.splice(0)) await session.close();
  });
  after(() => folder && rmSync(folder, { recursive: true, force: true }));

  it('gives the outcome of every job once, whatever their order', async () => {
    const session = await open();
    const outcomes = await collect(session.outcomes(squares(30)));
    const byId = new Map(outcomes.map((outcome) => [outcome.id, resultOf(outcome)]));
    expect(outcomes).to.have.length(30);
    expect([...byId.entries()].sort()).to.deep.equal(squares(30).map(({ id, payload }) => [id, Number(payload) ** 2]).sort());
  });

  it('takes no more jobs from a source than are asked to be under way', async () => {
    const session = await open();
    let taken = 0;
    let answered = 0;
    let most = 0;
    async function* source(): AsyncGenerator<Job> {
      for (const job of squares(20)) {
        most = Math.max(most, ++taken - answered);
        yield job;
      }
    }
    for await (const outcome of session.outcomes(source(), { ahead: 3 })) {
      answered++;
      expect(outcome.status).to.equal('done');
    }
    expect([taken, answered]).to.deep.equal([20, 20]);
    expect(most).to.be.within(2, 3);
  });

  it('runs a job of one id once, however often it is asked for', async () => {
    const session = await open();
    const job: Job = { id: 'once: a/b', task: 'slow', payload: { log: log('once'), ms: 100, value: 7 } };
    const [both, round] = await Promise.all([collect(session.outcomes([job, job])), session.round('r', [job])]);
    const again = await collect(session.outcomes([job]));
    expect([...both, ...round, ...again].map(resultOf)).to.deep.equal([7, 7, 7, 7]);
    expect(pidsIn(log('once'))).to.have.length(1);
  });

  it('gives the outcomes of a round in the order of its jobs, with those that failed', async () => {
    const session = await open();
    const slow = (id: string, ms: number): Job => ({ id, task: 'slow', payload: { ms, value: id } });
    const outcomes = await session.round('first', [slow('a', 150), { id: 'b', task: 'fail', payload: {} }, slow('c', 10)]);
    expect(outcomes.map(({ id }) => id)).to.deep.equal(['a', 'b', 'c']);
    expect([resultOf(outcomes[0]), codeOf(outcomes[1]), resultOf(outcomes[2])]).to.deep.equal(['a', 'TASK_FAILED', 'c']);
    expect(await session.round('none', [])).to.deep.equal([]);
  });

  it('says what tasks report, in a round and in a stream', async () => {
    const session = await open();
    const reports: unknown[] = [];
    const job = (id: string): Job => ({ id, task: 'slow', payload: { ms: 150, value: id } });
    const onReport = (id: string, progress: unknown): number => reports.push([id, progress]);
    await session.round('r', [job('a')], { onReport });
    await collect(session.outcomes([job('b')], { onReport }));
    expect(reports).to.deep.equal([['a', { begun: 'a' }], ['b', { begun: 'b' }]]);
  });

  it('makes an error of a task a failed outcome, and keeps the code of one of Unfold', async () => {
    const session = await open();
    const [plain, typed] = await session.round('r', [{ id: 'plain', task: 'fail', payload: {} }, { id: 'typed', task: 'fail', payload: { typed: true } }]);
    expect(plain?.status === 'failed' && plain.error.message).to.include('RangeError: out of it').and.include('Fix:').and.not.include('tasks.js:');
    expect(codeOf(typed)).to.equal('INVALID_ARGUMENT');
  });

  it('refuses a task that is not there, a payload that its task does not take, and one that is too large', async () => {
    const session = await open();
    const outcomes = await session.round('r', [{ id: 'unknown', task: 'none', payload: null }, { id: 'wrong', task: 'square', payload: 'x' }, { id: 'large', task: 'slow', payload: { ms: 0, value: 'x'.repeat(300_000) } }, { id: 'right', task: 'square', payload: 3 }]);
    expect(outcomes.map((outcome) => codeOf(outcome) ?? resultOf(outcome))).to.deep.equal(['TASK_UNKNOWN', 'PAYLOAD_REFUSED', 'PAYLOAD_REFUSED', 9]);
  });

  it('carries blobs to tasks and back', async () => {
    const session = await open();
    await session.blobs.put('a/b: c', new Uint8Array([1, 2, 3]));
    expect((await session.round('r', [{ id: 'sum', task: 'sumBlob', payload: { key: 'a/b: c' } }])).map(resultOf)).to.deep.equal([6]);
    expect([...(await session.blobs.get('a/b: c-doubled'))]).to.deep.equal([2, 4, 6]);
    await session.blobs.delete(['a/b: c', 'never there']);
    expect((await session.round('r2', [{ id: 'gone', task: 'sumBlob', payload: { key: 'a/b: c' } }])).map(codeOf)).to.deep.equal(['BLOB_MISSING']);
  });

  it('finds a blob that was damaged', async () => {
    const session = await open({ scope: 'damaged' });
    await session.blobs.put('bytes', new Uint8Array(100));
    await under.damage('damaged', 'bytes');
    expect((await session.round('r', [{ id: 'sum', task: 'sumBlob', payload: { key: 'bytes' } }])).map(codeOf)).to.deep.equal(['BLOB_DAMAGED']);
  });

  it('tries a job again whose worker process is killed', async () => {
    const session = await open();
    const file = log('killed');
    const running = session.round('r', [{ id: 'a', task: 'slow', payload: { log: file, ms: 700, value: 1 } }]);
    await until(() => pidsIn(file).length === 1);
    process.kill(pidsIn(file)[0]!, 'SIGKILL');
    expect((await running).map(resultOf)).to.deep.equal([1]);
    const [first, second] = pidsIn(file);
    expect(first).not.to.equal(second);
    await until(async () => (await session.workers()).length === 2);
  });

  it('gives a job up as lost that passes its deadline as often as it is tried, and goes on', async () => {
    const session = await open({ deadlineMs: 150, attempts: 2 });
    const file = log('hang');
    const [hung] = await session.round('r', [{ id: 'hang', task: 'hang', payload: { log: file } }]);
    expect(codeOf(hung)).to.equal('JOB_LOST');
    expect(hung?.status === 'failed' && hung.error.message).to.include('2 times').and.include('150 ms');
    expect(new Set(pidsIn(file)).size).to.equal(2);
    expect((await session.round('after', squares(3))).map(resultOf)).to.deep.equal([0, 1, 4]);
  });

  it('names its workers with their backend and speed', async () => {
    const workers = await (await open()).workers();
    expect(workers).to.have.length(2);
    for (const { id, backend, gigaflops } of workers) {
      expect(id).to.be.a('string');
      expect(backend).to.equal('cpu');
      expect(gigaflops).to.be.above(0);
    }
  });

  it('stops waiting when the signal is aborted, and the session goes on', async () => {
    const session = await open();
    const job: Job = { id: 'slow', task: 'slow', payload: { ms: 400, value: 2 } };
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    expect(await fault(session.round('r', [job], { signal: stop.signal }))).to.equal('ABORTED');
    expect(await fault(collect(session.outcomes([job], { signal: stop.signal })))).to.equal('ABORTED');
    expect((await collect(session.outcomes([job]))).map(resultOf)).to.deep.equal([2]);
  });

  it('runs a job anew once its scope was cleared', async () => {
    const session = await open();
    const job: Job = { id: 'a', task: 'slow', payload: { log: log('cleared'), ms: 0, value: 1 } };
    await session.round('r', [job]);
    await session.blobs.put('kept', new Uint8Array(1));
    await session.clear();
    await session.round('r', [job]);
    expect(pidsIn(log('cleared'))).to.have.length(2);
    expect(await fault(session.blobs.get('kept'))).to.equal('BLOB_MISSING');
  });

  it('refuses names of scopes and limits that are none, and work after its end', async () => {
    expect(await fault(open({ scope: 'A b' }))).to.equal('INVALID_ARGUMENT');
    expect(await fault(open({ attempts: 0 }))).to.equal('INVALID_ARGUMENT');
    expect(await fault(open({ deadlineMs: 1.5 }))).to.equal('INVALID_ARGUMENT');
    expect(await fault(open({ tasks: 'https://example.org/tasks.js' }))).to.equal('INVALID_ARGUMENT');
    const session = await open();
    await session.close();
    await session.close();
    expect(await fault(session.round('r', squares(1)))).to.equal('ABORTED');
  });
}

/** The code that a promise is rejected with. */
export const fault = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing was thrown',
    (error: { readonly code?: string }) => error.code ?? String(error),
  );
