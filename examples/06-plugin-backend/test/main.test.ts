import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { setBackend, tensor, type Backend } from '@unfoldjs/core';
import { explain } from '@unfoldjs/core/explain';
import { cpu } from '@unfoldjs/backend-cpu';
import { backendSuite, type Omission } from '@unfoldjs/backend-testkit';
import { arena, plugin } from '../src/backend.js';
import { fusedPlugin } from '../src/fused.js';
import { programPlugin } from '../src/program-backend.js';
import { smallCnn } from '../src/small-cnn.js';

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const backends: Readonly<Record<string, () => Backend>> = { plugin, 'fused-plugin': fusedPlugin, 'program-plugin': programPlugin };

for (const [name, backend] of Object.entries(backends)) {
  const report = (omissions: readonly Omission[]): void => {
    // Fused ops, profiles and sources are for those who want them; every primitive is tried.
    const optional = /^((fused calls\/)?(fusedElementwise|conv\w*Matmul|matmulEpilogue|\w+Pool2dGradient)\b|profiling\/)/;
    expect(omissions.map(({ what }) => what).filter((what) => !optional.test(what))).to.deep.equal([]);
  };
  backendSuite({ describe, it, before, after, name, backend, runs: 5, report });
}

describe('a backend of one’s own', function () {
  this.timeout(60_000);

  it('has fewer than 60 lines of code', () => {
    const lines = readFileSync(pathOf('../src/backend.ts'), 'utf8').split('\n');
    const code = lines.filter((line) => !/^\s*($|\/\/|\/\*\*|\*)/.test(line));
    expect(code.length).to.be.within(1, 59);
    expect(Math.max(...lines.map((line) => line.length))).to.be.at.most(160);
  });

  for (const [name, open] of Object.entries(backends)) {
    it(`${name} gives the probabilities that the reference gives, and no step of it is run by a reference kernel`, async () => {
      await setBackend(cpu());
      const expected = await smallCnn().data();
      const backend = await setBackend(open());
      const { steps } = await explain(smallCnn());
      const values = await smallCnn().data();
      expect(steps.filter(({ kernel }) => kernel.kernel === 'reference').map(({ op }) => op)).to.deep.equal([]);
      values.forEach((value, i) => expect(Math.abs(value - expected[i]!)).to.be.below(1e-6));
      await backend.dispose();
    });
  }

  it('has steps that are marked where a reference kernel runs them', async () => {
    const backend = await setBackend(plugin());
    const explanation = await explain(tensor([3, 1, 2]).argMax());
    expect(explanation.steps.map(({ op, kernel }) => [op, kernel.kernel])).to.deep.equal([['argMax', 'reference']]);
    expect(String(explanation)).to.include('reference on plugin');
    await backend.dispose();
  });

  it('fuses what follows a product where its `supports` agrees, and only there', async () => {
    const backend = await setBackend(fusedPlugin());
    const opsOf = async (dtype: 'float32' | 'int32') => (await explain(tensor([[1, 2]]).cast(dtype).matmul(tensor([[3], [4]]).cast(dtype)).add(tensor([5]).cast(dtype)))).steps.map(({ op }) => op);
    expect(await opsOf('float32')).to.deep.equal(['matmulEpilogue']);
    expect(await opsOf('int32')).to.include.members(['matmul', 'add']);
    await backend.dispose();
  });

  it('shows the function that it wrote for a program, in which elementwise steps share a loop', async () => {
    const backend = programPlugin();
    let sources: readonly string[] | undefined;
    await setBackend({
      ...backend,
      async compile(program) {
        const executable = await backend.compile(program);
        sources = executable.sources?.();
        return executable;
      },
    });
    const x = tensor([[-1, 2], [3, -4]]);
    expect(await x.relu().add(1).mul(x).array()).to.deep.equal([[-1, 6], [12, -4]]);
    expect(sources!.map((source) => source.replace(/[vh]\d+/g, 'v'))).to.deep.equal([
      'for (let i0 = 0; i0 < 2; i0++) for (let i1 = 0; i1 < 2; i1++) { v[i0 * 2 + i1 * 1] = Math.max(v[i0 * 2 + i1 * 1], 0); // relu',
      'v[i0 * 2 + i1 * 1] = v[i0 * 2 + i1 * 1] + v[0]; // add',
      'v[i0 * 2 + i1 * 1] = v[i0 * 2 + i1 * 1] * v[i0 * 2 + i1 * 1]; // mul\n}',
    ]);
    await backend.dispose();
  });

  it('gets each page of its arena back when its reader is done', () => {
    const { allocate, release } = arena();
    const first = allocate('float32', 10);
    expect(allocate('int32', 10).buffer).not.to.equal(first.buffer);
    release(first);
    expect(allocate('bool', 60).buffer).to.equal(first.buffer);
    expect(allocate('bool', 65).byteLength).to.equal(65);
  });

  it('is shown by the program of this example', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [pathOf('../dist/main.js')], { encoding: 'utf8' });
    expect(status, stderr).to.equal(0);
    for (const name of Object.keys(backends)) expect(stdout).to.match(new RegExp(`^${name}: \\d+ steps`, 'm'));
    const answers = stdout.match(/the first image: .*/g)!;
    expect(new Set(answers).size, stdout).to.equal(1);
    expect(answers).to.have.length(3);
  });
});
