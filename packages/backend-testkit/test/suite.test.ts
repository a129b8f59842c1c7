import { expect } from 'chai';
import { ConformanceError, sections, type Omission } from '@unfoldjs/backend-testkit';
import type { Backend } from '@unfoldjs/core';
import { builtInOps, kernelBackend, type Kernel } from '@unfoldjs/core/reference';
import { declare, failuresOf } from './declare.js';
import { kernels } from './zoo-parts.js';

const wrongMatmul = (): Backend =>
  kernelBackend({
    name: 'wrong',
    kernels: {
      ...kernels,
      matmul: (call) => {
        kernels.matmul!(call);
        call.output.data[0]! += 1;
      },
    },
  });

describe('backendSuite', () => {
  it('declares every case under the name of the backend and of its section, and runs without before', async () => {
    const { tests, finish } = declare({ backend: () => kernelBackend({ name: 'sound', kernels }), report: () => undefined });
    expect(tests.length).to.equal(sections().reduce((sum, { cases }) => sum + cases.length, 0));
    expect(new Set(tests.map(({ path }) => path.join('/'))).size).to.equal(tests.length);
    expect(new Set(tests.map(({ path }) => path[1]))).to.deep.equal(new Set(['contract', 'profiling', 'primitives', 'composite ops', 'fused calls', 'random programs', 'training', 'gradients']));
    expect(await failuresOf(tests)).to.deep.equal(new Map());
    await finish();
  });

  it('tries every primitive', () => {
    const tried = sections().find(({ name }) => name === 'primitives')!.cases.map(({ title }) => /^\w+/.exec(title)![0]);
    for (const { name, isPrimitive, isView } of builtInOps.values()) if (isPrimitive && !isView) expect(tried).to.include(name);
  });

  it('differentiates every primitive that has a slope, and every fused op', () => {
    const flat = ['less', 'equal', 'isNaN', 'argMax', 'floor', 'cast'];
    const fused = ['fusedElementwise', 'matmulEpilogue', 'convMatmul', 'convFilterMatmul', 'convInputMatmul', 'maxPool2dGradient', 'avgPool2dGradient'];
    const tried = sections(['grad']).flatMap(({ cases }) => cases.map(({ op }) => op));
    for (const { name, isPrimitive, isView } of builtInOps.values()) if (isPrimitive && !isView) expect(tried.includes(name), name).to.equal(!flat.includes(name));
    expect(tried).to.include.members(fused);
  });

  it('replays one failure alone from the line that it printed', async () => {
    const { tests } = declare({ backend: wrongMatmul, runs: 20, report: () => undefined });
    const failures = await failuresOf(tests.filter(({ path }) => path[2]!.startsWith('matmul, float32: whole')));
    expect(failures.size).to.equal(1);
    const [message] = failures.values();
    expect(message).to.match(/element \[.*\] is .*; it must be/);
    expect(message).to.match(/case: matmul\(float32\[.*\{"transposeA":/);
    const replay = /UNFOLD_REPLAY='([^']+)'/.exec(message!)![1]!;

    const again = declare({ backend: wrongMatmul, runs: 20, replay, report: () => undefined });
    expect(again.tests.length).to.equal(1);
    const [second] = (await failuresOf(again.tests)).values();
    expect(second).to.match(/found at run 1 of/);
    expect(/case: .*/.exec(second!)![0]).to.equal(/case: .*/.exec(message!)![0]);
  });

  it('replays a case of another mode, and refuses one that there is not', () => {
    const replay = 'gradients/matmul: whole numbers, bit for bit@3@';
    expect(declare({ backend: wrongMatmul, mode: 'test', replay }).tests.map(({ path }) => path.slice(1))).to.deep.equal([['gradients', 'matmul: whole numbers, bit for bit']]);
    expect(() => declare({ backend: wrongMatmul, replay: 'gradients/matmull@3@' })).to.throw(ConformanceError, 'there is no case "gradients/matmull" to replay');
  });

  it('leaves out what the backend denies, with its reason, and nothing else', async () => {
    const omissions: Omission[] = [];
    const skipped: string[] = [];
    const withoutFused = (): Backend => {
      const { convMatmul: _, ...rest } = kernels;
      return kernelBackend({ name: 'plain', kernels: rest });
    };
    const { tests, finish } = declare({ backend: withoutFused, report: (list) => omissions.push(...list), skip: (_test, reason) => skipped.push(reason) });
    expect(await failuresOf(tests.filter(({ path }) => path[1] === 'fused calls'))).to.deep.equal(new Map());
    await finish();
    expect(skipped).to.deep.equal(new Array<string>(3).fill('plain has no kernel convMatmul'));
    expect(omissions.filter(({ what }) => what.startsWith('fused calls/')).map(({ what }) => what)).to.satisfy((list: string[]) => list.length === 3 && list.every((what) => what.includes('convMatmul')));
  });

  it('skips exactly the special numbers on a device that declares them lost', async () => {
    const swallows: Kernel = (call) => {
      kernels.max!(call);
      call.output.data.forEach((value, i) => value !== value && (call.output.data[i] = 0));
    };
    const lossy = (): Backend =>
      kernelBackend({ name: 'lossy', kernels: { ...kernels, max: swallows }, device: { float32: { fma: false, denormals: 'kept', nan: 'lost', infinity: 'kept' } } });
    const omissions: Omission[] = [];
    const { tests, finish } = declare({ backend: lossy, report: (list) => omissions.push(...list) });
    expect(await failuresOf(tests.filter(({ path }) => path[1] === 'primitives'))).to.deep.equal(new Map());
    await finish();
    expect(omissions.length).to.be.greaterThan(10);
    for (const { what, reason } of omissions) expect([what.includes('NaN') || what.includes('infinities'), reason]).to.deep.equal([true, 'the device declares that float32 loses NaN']);
  });
});
