import { expect } from 'chai';
import { cpu } from '@unfoldjs/backend-cpu';
import { ConformanceError, ieeeAccuracy, runCase, sections, supportOf, supportTable, timingsOf, timingTable, type CaseContext, type Observation } from '@unfoldjs/backend-testkit';
import type { Backend } from '@unfoldjs/core';
import { kernelBackend } from '@unfoldjs/core/reference';
import { declare, failuresOf } from './declare.js';
import { kernels } from './zoo-parts.js';

const sound = (): Backend => kernelBackend({ name: 'sound', kernels });

/** Lacks tanh, relu and convMatmul, denies products of matrices of int32, and adds wrongly. */
const partial = (): Backend => {
  const { tanh: _, relu: __, convMatmul: ___, ...rest } = kernels;
  return kernelBackend({
    name: 'partial',
    kernels: { ...rest, add: (call) => call.output.data.fill(7) },
    supports: ({ op, inputs }) => (op.name === 'matmul' && inputs[0]!.dtype === 'int32' ? 'no int32' : true),
  });
};

describe('modes of the suite', () => {
  const sectionsIn = (options: Partial<Parameters<typeof declare>[0]>): string[] => [
    ...new Set(declare({ backend: sound, report: () => undefined, ...options }).tests.map(({ path }) => path[1]!)),
  ];

  it('test and grad run where nobody says, and each alone where it is named', () => {
    const tested = sections(['test']).map(({ name }) => name);
    expect(tested).to.deep.equal(['contract', 'profiling', 'primitives', 'composite ops', 'fused calls', 'random programs', 'training']);
    expect(sectionsIn({})).to.deep.equal([...tested, 'gradients']);
    expect(sectionsIn({ mode: 'test' })).to.deep.equal(tested);
    expect(sectionsIn({ mode: 'grad' })).to.deep.equal(['gradients']);
    expect(sectionsIn({ mode: ['perf', 'support'] })).to.deep.equal(['times', 'support']);
  });

  it('UNFOLD_MODE names them, the option goes before it, and a name that is none is refused', () => {
    const before = process.env['UNFOLD_MODE'];
    try {
      process.env['UNFOLD_MODE'] = 'grad, perf';
      expect(sectionsIn({})).to.deep.equal(['gradients', 'times']);
      expect(sectionsIn({ mode: 'grad' })).to.deep.equal(['gradients']);
      process.env['UNFOLD_MODE'] = 'fast';
      expect(() => sectionsIn({})).to.throw(ConformanceError, '"fast" is not a mode of the suite: use some of test, grad, perf, support.');
    } finally {
      if (before === undefined) delete process.env['UNFOLD_MODE'];
      else process.env['UNFOLD_MODE'] = before;
    }
  });

  it('perf prints one row a call', async () => {
    const printed: string[] = [];
    const { tests, finish } = declare({ backend: sound, mode: 'perf', print: (table) => printed.push(table), report: () => undefined });
    const [conv] = tests.filter(({ path }) => path[2]!.startsWith('convMatmul('));
    expect(await failuresOf([conv!, tests.at(-1)!])).to.deep.equal(new Map());
    await finish();
    expect(printed.join().split('\n').map((line) => /^\| `(\w+)\(/.exec(line)?.[1])).to.deep.equal([undefined, undefined, 'convMatmul', 'maxPool2dGradient']);
  });

  it('support prints one row an op', async () => {
    const printed: string[] = [];
    const { tests, finish } = declare({ backend: sound, mode: 'support', runs: 2, print: (table) => printed.push(table), report: () => undefined });
    expect(await failuresOf(tests)).to.deep.equal(new Map());
    await finish();
    const [table] = printed;
    expect(table).to.match(/^\| op \| backend \|\n\| --- \| --- \|\n\| `add` \| /);
    for (const op of ['matmul', 'scatterAdd', 'convMatmul', 'fusedElementwise']) expect(table).to.include(`| \`${op}\` | `);
  });
});

describe('supportOf', () => {
  it('says what runs, what is denied and why, and what is wrong', async () => {
    const support = new Map((await supportOf(partial(), { runs: 5 })).map((each) => [each.op, each]));
    expect(support.get('mul')).to.include({ verdict: 'runs' }).and.have.property('reasons').that.is.empty;
    expect(support.get('tanh')).to.deep.equal({ op: 'tanh', verdict: 'denied', reasons: ['partial has no kernel tanh'], worst: null });
    expect(support.get('relu')).to.deep.include({ verdict: 'defined', reasons: ['partial has no kernel relu'] }).and.have.nested.property('worst.error', 0);
    expect(support.get('convMatmul')).to.deep.equal({ op: 'convMatmul', verdict: 'defined', reasons: ['partial has no kernel convMatmul'], worst: null });
    expect(support.get('matmul')).to.include({ verdict: 'partly' }).and.have.property('reasons').that.deep.equals(['no int32']);
    expect(support.get('add')).to.include({ verdict: 'wrong', worst: null });
    expect(support.get('add')!.reasons[0]).to.match(/^add: element .* is 7; it must be .*[^]*replay: UNFOLD_REPLAY='primitives\/add, float32/);
  });

  it('gives the seed and the path of the worst result, which give it again', async () => {
    const backend = sound();
    const support = await supportOf(backend, { runs: 10, seed: 3 });
    const inexact = support.filter(({ worst }) => worst!.error > 0);
    expect(inexact.map(({ op }) => op)).to.include.members(['exp', 'div', 'reduceProd']);
    for (const { worst } of inexact) {
      const [id, seed, path] = worst!.replay.split('@');
      const [section, each] = sections().flatMap((all) => all.cases.map((one) => [all, one] as const)).find(([{ name }, { title }]) => `${name}/${title}` === id)!;
      const seen: Observation[] = [];
      const context: CaseContext = { backend, open: async () => sound(), runs: 99, seed: Number(seed), path, largest: 1, accuracy: ieeeAccuracy, leaveOut: () => {}, observe: (found) => seen.push(found) };
      expect(await runCase(section, each, context)).to.equal(null);
      expect(seen).to.deep.equal([{ error: worst!.error, seed: worst!.seed, path: worst!.path }]);
    }
  });

  it('is a table, in which what is denied is numbered', () => {
    const runs = { op: 'a', verdict: 'runs', reasons: [], worst: { error: 0.25, seed: 20, path: '3', replay: '' } } as const;
    const denied = { op: 'b', verdict: 'denied', reasons: ['no b'], worst: null } as const;
    const partly = { op: 'b', verdict: 'partly', reasons: ['no c', 'no b'], worst: { error: 0, seed: 20, path: '0', replay: '' } } as const;
    const defined = { op: 'c', verdict: 'defined', reasons: ['no c'], worst: partly.worst } as const;
    const wrong = { op: 'a', verdict: 'wrong', reasons: ['a: element [0] is 1\n  replay: ..'], worst: null } as const;
    expect(supportTable({ one: [runs, denied, defined], two: [wrong, partly, { ...defined, worst: null }] }).split('\n')).to.deep.equal([
      '| op | one | two |',
      '| --- | --- | --- |',
      '| `a` | 0.25 (20:3) | **wrong** [1] |',
      '| `b` | no [2] | exact [3] [2] |',
      '| `c` | exact, by definition | by definition |',
      '',
      '1. a: element [0] is 1',
      '2. no b',
      '3. no c',
    ]);
  });
});

describe('timingsOf', () => {
  it('times each typical call, and gives the reason for those that are denied', async () => {
    const { exp: _, ...rest } = kernels;
    const backend = kernelBackend({ name: 'small', kernels: rest });
    const timings = await timingsOf(backend, { samples: 3, milliseconds: 0 });
    expect(timings.map(({ op }) => op)).to.include.members(['add', 'matmul', 'convMatmul', 'convFilterMatmul', 'convInputMatmul', 'maxPool2dGradient']);
    expect(timings.filter(({ denied }) => denied !== null)).to.deep.equal([{ op: 'exp', operands: 'float32[8, 28, 28, 16]', time: null, denied: 'small has no kernel exp' }]);
    for (const { time } of timings) if (time) expect(time.median).to.be.within(...time.quartiles);
    expect(backend.memory().buffers).to.equal(0);
  });

  it('times only the ops that are named', async () => {
    const timings = await timingsOf(await cpu().open(), { samples: 1, milliseconds: 0, ops: ['matmul'] });
    expect(timings.map(({ operands }) => operands)).to.deep.equal(['float32[128, 128], float32[128, 128]', 'float32[8, 784], float32[784, 100]']);
  });

  it('is a table of medians with the middle half of the samples', () => {
    const call = { op: 'matmul', operands: 'float32[2, 2]' };
    const time = { median: 1.23456, quartiles: [1, 2.5], gflops: 0.5 } as const;
    expect(timingTable({ one: [{ ...call, time, denied: null }], two: [{ ...call, time: null, denied: 'no kernel' }] }).split('\n')).to.deep.equal([
      '| call | one | two |',
      '| --- | --- | --- |',
      '| `matmul(float32[2, 2])` | 1.23 ms (1 to 2.5), 0.5 GFLOP/s | no kernel |',
    ]);
  });
});
