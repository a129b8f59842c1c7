import { expect } from 'chai';
import { local } from '@unfoldjs/distributed';
import { resultOf, tasks } from './support/engine-suite.js';

describe('a worker process that stands still', () => {
  it('before it takes a job is killed at the deadline, and another one runs the job', async function () {
    this.timeout(30_000);
    const session = await local({ workers: 1 }).open({ tasks, scope: 'still', deadlineMs: 200 });
    try {
      const { id } = (await session.workers())[0]!;
      process.kill(Number(/-(\d+)-[0-9a-f]+$/.exec(id)![1]), 'SIGSTOP');
      const outcomes = await session.round('r', [{ id: 'a', task: 'square', payload: 3 }]);
      expect(outcomes.map(resultOf)).to.deep.equal([9]);
      expect((await session.workers()).map((worker) => worker.id)).not.to.include(id);
    } finally {
      await session.close();
    }
  });
});
