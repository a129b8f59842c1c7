import { expect } from 'chai';
import { progressOn } from '../src/progress.js';

function fixture(isTTY: boolean) {
  const written: string[] = [];
  let time = 0;
  const progress = progressOn({ isTTY, write: (text) => written.push(text) }, () => time);
  return { written, progress, pass: (ms: number) => (time += ms) };
}

describe('progress', () => {
  it('draws one line over on a terminal, and keeps it only for what took over a second', async () => {
    const { written, progress, pass } = fixture(true);
    expect(await progress.stage('short', () => 7)).to.equal(7);
    await progress.stage('long', (update) => (pass(600), update('half'), pass(600)));
    expect(written).to.deep.equal(['  short ...', '', '  long ...', '  long: half', '  long: 1.20 s\n'].map((text) => `\r\x1b[2K${text}`));
  });

  it('writes plain lines elsewhere, details no more often than every five seconds', async () => {
    const { written, progress, pass } = fixture(false);
    await progress.stage('work', (update) => {
      for (let i = 1; i <= 12; i++) {
        pass(1000);
        update(`${i} of 12`);
      }
    });
    expect(written).to.deep.equal(['work ...\n', '  work: 5 of 12\n', '  work: 10 of 12\n', '  12.0 s\n']);
  });

  it('ends the line when the work fails', async () => {
    const { written, progress, pass } = fixture(true);
    const failing = progress.stage('bad', () => {
      pass(2000);
      throw new Error('no');
    });
    expect(await failing.catch((error: Error) => error.message)).to.equal('no');
    expect(written.at(-1)).to.equal('\r\x1b[2K  bad: 2.00 s\n');
  });
});
