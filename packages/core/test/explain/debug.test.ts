import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { compile, relu, setBackend, tensor, type BackendSpec, type Tensor } from '@unfoldjs/core';
import { explain, setDebugLevel } from '@unfoldjs/core/explain';
import { cpu } from '@unfoldjs/backend-cpu';
import { caughtFrom } from './support.js';

const model = (x: Tensor): Tensor => relu(x.mul(2).mul(1));
const absent: BackendSpec = { name: 'absent', open: () => Promise.reject(new Error('there is no such device.')) };

/** What a compiled function on cpu prints when it is called twice, by lines. */
async function printedAt(level: number): Promise<string[]> {
  const lines: string[] = [];
  const { log } = console;
  console.log = (text: string) => lines.push(...text.split('\n'));
  try {
    setDebugLevel(level);
    await setBackend([absent, cpu()]);
    const run = compile(model);
    await run(tensor([1, -1]));
    await run(tensor([2, -2]));
  } finally {
    console.log = log;
    setDebugLevel(0);
  }
  return lines;
}

/** What a program prints that computes one value, in a process of its own. */
function printedBy(code: string, environment: Record<string, string> = {}): string {
  const program = `const { setBackend, tensor } = await import('@unfoldjs/core');
    const { cpu } = await import('@unfoldjs/backend-cpu');
    await setBackend(cpu());
    await tensor([1]).add(2).data();`;
  const env = { ...process.env, ...environment };
  if (!('UNFOLD_DEBUG' in environment)) delete env['UNFOLD_DEBUG'];
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', `${code}\n${program}`], { cwd: import.meta.dirname, encoding: 'utf8', env });
  expect(stderr).to.equal('');
  return stdout;
}

describe('the debug level', () => {
  it('prints the device, and those that were passed over, at 1', async () => {
    expect(await printedAt(1)).to.deep.equal(['unfold 1 | passed over absent: there is no such device', 'unfold 1 | runs on cpu: plain JavaScript, float32']);
  });

  it('prints each compiled program once at 2', async () => {
    const lines = await printedAt(2);
    expect(lines.filter((line) => line.startsWith('unfold 2'))).to.have.length(1);
    expect(lines.at(-1)).to.match(/^unfold 2 \| compiled for cpu in [\d.e-]+ ms: 1 step, 4 FLOP, peak 16 B$/);
  });

  it('prints each rewrite with its place and its reason at 3', async () => {
    const lines = (await printedAt(3)).filter((line) => line.startsWith('unfold 3'));
    expect(lines.find((line) => line.includes('times-one'))).to.match(/at mul float32\[2\], .*debug\.test.*: \S+/);
    expect(lines.find((line) => line.includes('fuse-elementwise: '))).to.match(/fuse-elementwise: \d rewrites?$/);
  });

  it('prints each run with its steps at 4', async () => {
    const lines = (await printedAt(4)).filter((line) => line.startsWith('unfold 4'));
    expect(lines).to.have.length(4);
    expect(lines[0]).to.match(/ran on cpu: 1 step in [\d.e-]+ ms$/);
    expect(lines[1]).to.equal('unfold 4 |   t0 = fusedElementwise(in0) mul, relu: float32[2] in output, by reference on cpu');
  });

  it('prints each kernel with its reason at 5', async () => {
    expect(await printedAt(5)).to.include("unfold 5 | t0 fusedElementwise: reference, because: cpu runs fusedElementwise with the core's kernel");
  });

  it('prints nothing at 0, which is where it stands', async () => {
    expect(await printedAt(0)).to.deep.equal([]);
    expect(printedBy('')).to.equal('');
  });

  it('is set by the environment in Node', () => {
    const printed = printedBy('', { UNFOLD_DEBUG: '2' });
    expect(printed).to.match(/^unfold 1 \| runs on cpu: plain JavaScript, float32\nunfold 2 \| compiled for cpu in .* 1 step, .*\n$/);
  });

  it('is set by globalThis.UNFOLD_DEBUG, which overrules the environment', () => {
    expect(printedBy('globalThis.UNFOLD_DEBUG = 1;', { UNFOLD_DEBUG: '5' })).to.equal('unfold 1 | runs on cpu: plain JavaScript, float32\n');
  });

  it('says so where it is set to something that is no level', () => {
    for (const [word, taken] of [['yes', 1], ['9', 5], ['1.5', 1.5]] as const) {
      expect(printedBy('', { UNFOLD_DEBUG: word }).split('\n')[0]).to.equal(`unfold 1 | UNFOLD_DEBUG is ${word}, which is not a level from 0 to 5: taken for ${taken}`);
    }
  });

  it('has the lines of the user recorded from 1 on', async () => {
    await setBackend(cpu());
    const sources = async (): Promise<(string | undefined)[]> => (await explain(model(tensor([3, -3]).mul(7)))).passes.flatMap(({ rewrites }) => rewrites.map(({ source }) => source));
    expect((await sources()).filter((source) => source !== undefined)).to.deep.equal([]);
    setDebugLevel(1);
    try {
      expect((await sources()).every((source) => source?.includes('debug.test'))).to.equal(true);
    } finally {
      setDebugLevel(0);
    }
  });

  it('refuses what is no level', async () => {
    for (const level of [-1, 6, 1.5, NaN, '1']) expect(await caughtFrom(() => setDebugLevel(level as number))).to.include({ code: 'INVALID_ARGUMENT', op: 'setDebugLevel' });
  });
});
