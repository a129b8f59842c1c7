import { readdirSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { local } from '@unfoldjs/distributed';
import { codeOf, engineSuite, fault, pidsIn, resultOf, tasks } from './support/engine-suite.js';

describe('local()', function () {
  this.timeout(20_000);
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'unfold-local-test-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  describe('with a folder', () => {
    engineSuite(async () => {
      const home = join(folder, 'suite');
      return {
        engine: local({ workers: 2, folder: home }),
        damage: async (scope) => {
          const blobs = join(home, scope, 'blobs');
          for (const name of readdirSync(blobs)) writeFileSync(join(blobs, name), new Uint8Array(132));
        },
      };
    });

    it('finds outcomes again in another session, and runs nothing twice', async () => {
      const log = join(folder, 'again');
      const engine = local({ workers: 1, folder: join(folder, 'kept') });
      const job = { id: 'a', task: 'slow', payload: { log, ms: 0, value: 5 } };
      for (let i = 0; i < 2; i++) {
        const session = await engine.open({ tasks, scope: 'same' });
        expect((await session.round('r', [job])).map(resultOf)).to.deep.equal([5]);
        await session.close();
      }
      expect(pidsIn(log)).to.have.length(1);
    });

    it('lets what runs finish when it is closed, and finds that', async () => {
      const log = join(folder, 'closing');
      const engine = local({ workers: 1, folder: join(folder, 'closed') });
      const job = { id: 'a', task: 'slow', payload: { log, ms: 300, value: 6 } };
      const first = await engine.open({ tasks, scope: 'same' });
      const running = new Promise<void>((begun) => void first.round('r', [job], { onReport: () => begun() }));
      await running;
      await first.close();
      const second = await engine.open({ tasks, scope: 'same' });
      expect((await second.round('r', [job])).map(resultOf)).to.deep.equal([6]);
      await second.close();
      expect(pidsIn(log)).to.have.length(1);
    });
  });

  it('ends what runs when it is closed and has no folder, and leaves no file', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('unfold-local-'));
    const session = await local({ workers: 1 }).open({ tasks, scope: 'a' });
    let stop = (): void => undefined;
    const begun = new Promise<void>((resolve) => (stop = resolve));
    const outcome = fault(session.round('r', [{ id: 'a', task: 'slow', payload: { ms: 60_000 } }], { onReport: () => stop() }));
    await begun;
    await session.close();
    expect(await outcome).to.equal('ABORTED');
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('unfold-local-'))).to.deep.equal(before);
  });

  it('refuses modules that are none of tasks', async () => {
    const refused = async (name: string, text: string): Promise<string> => {
      const path = join(folder, `${name}.mjs`);
      writeFileSync(path, text);
      return local({ workers: 1 })
        .open({ tasks: path, scope: 'a' })
        .then(
          () => 'it was taken',
          (error: Error) => error.message,
        );
    };
    expect(await refused('empty', '')).to.include('exports no task').and.include('INVALID_ARGUMENT');
    expect(await refused('broken', 'export const = 1')).to.include('cannot be loaded');
    expect(await refused('throws', "throw new Error('not today')")).to.include('not today');
    expect(await refused('ends', 'process.exit(3)')).to.include('ends before it is ready').and.include('INVALID_ARGUMENT');
    const task = "{ name: 'a', parse: (x) => x, run: async () => 1 }";
    expect(await refused('twice', `export const a = ${task}; export const b = ${task};`)).to.include('two tasks of the name "a"');
    expect(await refused('setup', `export const a = ${task}; export const setup = () => { throw new Error('no device'); };`)).to.include('no device');
  });

  it('fails a job whose task ends its process each time', async () => {
    const path = join(folder, 'exits.mjs');
    writeFileSync(path, "export const exit = { name: 'exit', parse: (x) => x, run: async () => process.exit(1) };");
    const session = await local({ workers: 1 }).open({ tasks: path, scope: 'a', attempts: 2 });
    expect((await session.round('r', [{ id: 'a', task: 'exit', payload: null }])).map(codeOf)).to.deep.equal(['JOB_LOST']);
    expect((await session.workers()).map(({ backend }) => backend)).to.deep.equal([null]);
    await session.close();
  });

  it('refuses options that are none', () => {
    for (const options of [{ workers: 0 }, { workers: 1.5 }, { folder: '' }]) expect(() => local(options)).to.throw(/INVALID_ARGUMENT/);
  });
});
