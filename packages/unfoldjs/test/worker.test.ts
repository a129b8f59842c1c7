import { spawn, type ChildProcess } from 'node:child_process';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { bullmq } from '@unfoldjs/distributed';
import { modeRuns, skip } from '@unfoldjs/test-support';
import { missingRedis, TestRedis } from '@unfoldjs/test-support/redis';
import { Folder } from './support/command.js';

const unfoldPath = join(dirname(fileURLToPath(import.meta.resolve('unfoldjs/package.json'))), 'bin/unfold.js');

describe('unfold worker', function () {
  this.timeout(30_000);
  let folder: Folder;
  let redis: TestRedis;
  let worker: ChildProcess | undefined;
  before(async function () {
    if (missingRedis) skip(this, { mode: 'redis', reason: missingRedis });
    modeRuns('redis');
    folder = new Folder();
    folder.write('tasks.mjs', "import { setTimeout } from 'node:timers/promises';\nexport const wait = { name: 'wait', parse: Number, run: async (ms, { report }) => { await report('begun'); await setTimeout(ms); return ms; } };");
    redis = await TestRedis.start(['--requirepass', 'secret']);
  });
  after(async () => {
    worker?.kill('SIGKILL');
    await redis?.remove();
    folder?.remove();
  });

  it('runs the tasks of a module, and finishes what runs when it is told to stop', async () => {
    const connection = redis.url.replace('//', '//:secret@');
    let printed = '';
    worker = spawn(process.execPath, [unfoldPath, 'worker', '--tasks', './tasks.mjs', '--concurrency', '2'], { cwd: folder.path, env: { ...process.env, UNFOLD_REDIS: connection }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [worker.stdout!, worker.stderr!]) stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => worker!.once('exit', resolve));
    const session = await bullmq({ connection }).open({ tasks: join(folder.path, 'tasks.mjs'), scope: 'command' });
    while ((await session.workers()).length < 2) await sleep(50);
    const outcomes = await session.round('r', [{ id: 'a', task: 'wait', payload: 300 }, { id: 'b', task: 'none', payload: 0 }], { onReport: () => worker!.kill('SIGTERM') });
    expect(outcomes.map((outcome) => (outcome.status === 'done' ? outcome.result : outcome.error.code))).to.deep.equal([300, 'TASK_UNKNOWN']);
    expect(await ended).to.equal(0);
    await session.close();
    expect(printed).to.match(/is ready: no backend chosen\n.*is ready: no backend chosen\nSIGTERM: takes no more jobs, and finishes those that run\ndone\n$/s);
    expect(printed).not.to.include('secret');
  });

  it('says what is wrong with a call, and does not print the password', async () => {
    const none = await folder.unfold('worker', '--tasks', './tasks.mjs');
    expect([none.code, none.err]).to.deep.equal([2, 'error: no Redis is given.\n\nFix: give --redis redis://localhost:6379, or UNFOLD_REDIS in the environment.\n']);
    const refused = await folder.unfold('worker', '--tasks', './tasks.mjs', '--redis', redis.url.replace('//', '//:wrong-word@'));
    expect(refused.code).to.equal(1);
    expect(refused.err).to.include('ENGINE_UNREACHABLE').and.include('WRONGPASS').and.not.include('wrong-word');
    const module = await folder.unfold('worker', '--tasks', './none.mjs', '--redis', redis.url.replace('//', '//:secret@'));
    expect([module.code, module.err]).to.satisfy(([code, err]: [number, string]) => code === 1 && err.includes('INVALID_ARGUMENT') && err.includes('none.mjs cannot be loaded'));
  });
});
