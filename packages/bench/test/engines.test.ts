import { conv2d, evaluate, setBackend, tensor, type Backend } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { fusedKernels, nullBackend, withoutKernels } from '@unfoldjs/measure';
import { expect } from 'chai';
import { Unavailable } from '../src/bench.js';
import { engineOf, engines } from '../src/engines/index.js';
import type { Engine, Mode } from '../src/engines/engine.js';
import { nestedLoops } from '../src/engines/nested-loops.js';
import { peerVersions } from '../src/engines/peers.js';
import { unfoldCpu, unfoldCpuUnfused, unfoldWebasm, unfoldWebasmUnfused } from '../src/engines/unfold.js';
import { checkLosses, checkMatmul, checkNetwork } from '../src/reference/check.js';
import { trainReference } from '../src/reference/training.js';
import { cnn, labelsOf, train32 } from '../src/workloads/cnn.js';
import { convWorkload } from '../src/workloads/convs.js';
import { inputOf, paramsOf, type Network } from '../src/workloads/network.js';
import { randomData } from '../src/workloads/random.js';

const small = convWorkload('small', [2, 7, 6, 3], [3, 3, 3, 4], { stride: 2 });

async function errorOf(engine: Engine, network: Network, mode: Mode): Promise<number> {
  const [x, params] = [inputOf(network), paramsOf(network)];
  const task = await (await engine.open()).network!(network, x, params, mode);
  const result = await task.run();
  const elements = await task.read(result);
  task.release?.(result);
  return checkNetwork(network, x, params, elements, engine.promise ?? 'every-order');
}

describe('the engines', () => {
  it('have ids of their own', () => {
    expect(new Set(engines.map(({ id }) => id)).size).to.equal(engines.length);
    expect(() => engineOf('none')).to.throw(RangeError, 'there is no engine none');
  });

  for (const engine of [nestedLoops, unfoldCpu, unfoldCpuUnfused, unfoldWebasm, unfoldWebasmUnfused]) {
    it(`${engine.name} convolves, from host to host and resident`, async () => {
      for (const mode of ['host', 'resident'] as const) expect(await errorOf(engine, small, mode)).to.be.below(1e-6);
    });
  }

  it('Unfold cpu runs networks, multiplies and trains', async () => {
    const chain: Network = { id: 'chain', title: '', input: [1, 2, 2, 3], layers: [{ kind: 'tanh' }, { kind: 'shift', by: 0.5 }], scaled: false };
    const dilated = convWorkload('dilated', [1, 6, 5, 2], [3, 3, 2, 2], { dilation: 2 });
    const depthwise = convWorkload('depthwise', [1, 6, 5, 3], [3, 3, 3, 2], { depthwise: true });
    for (const network of [chain, dilated, depthwise, cnn(2)]) await errorOf(unfoldCpu, network, 'host');

    const session = await unfoldCpu.open();
    const [a, b] = [randomData(25, 1), randomData(25, 2)];
    const product = await session.matmul!(5, a, b, 'resident');
    checkMatmul('mm5', 5, a, b, await product.read(await product.run()), 'every-order');

    const training = { ...train32, network: { ...train32.network, input: [3, 28, 28, 1] as const } };
    const [x, labels, params] = [inputOf(training.network), labelsOf(training), paramsOf(training.network)];
    const trainer = await session.train!(training, x, labels, params);
    const losses = [await trainer.step(), await trainer.step(), await trainer.step()];
    checkLosses('train', losses, trainReference(training, x, labels, params, 3).losses);
    expect(losses[2]).to.be.below(losses[0]!);
  });

  it('refuse what they have not got, with the reason', async () => {
    const reasonOf = async (work: Promise<unknown>): Promise<string> => work.then(() => 'none', (error: unknown) => (error instanceof Unavailable ? error.message : `another error: ${String(error)}`));
    expect(await reasonOf(errorOf(nestedLoops, convWorkload('x', [1, 4, 4, 1], [3, 3, 1, 1], { dilation: 2 }), 'host'))).to.equal('the loops know no dilation and no depthwise convolution: x');
    for (const [name, id] of Object.entries({ '@tensorflow/tfjs': 'tfjs-cpu', 'onnxruntime-node': 'ort-node-1t', '@jax-js/jax': 'jax-wasm' })) {
      expect(Object.keys(peerVersions())).to.include(name);
      if (peerVersions()[name] === null) expect(await reasonOf(engineOf(id).open())).to.equal(`${name} is not installed: npm run bench -- --install-peers`);
    }
  });
});

describe('the form without fused kernels', () => {
  it('builds the patches and multiplies, where the fused one does not', async () => {
    const opsOn = async (like: Backend): Promise<string[]> => {
      const ops: string[] = [];
      await setBackend(nullBackend(like, { onCompile: ({ steps }) => ops.push(...steps.map(({ op }) => op.name)) }));
      await evaluate(conv2d(tensor(inputOf(small), small.input), tensor(paramsOf(small)[0]!.kernel, small.layers[0].filters), { strides: 2, padding: 'same' }));
      return ops;
    };
    const backend = await cpu().open();
    expect(await opsOn(withoutKernels(backend, fusedKernels))).to.deep.equal(['im2col', 'matmul']);
    expect(await opsOn(backend)).to.have.length(1).and.not.to.include('im2col');
  });
});
