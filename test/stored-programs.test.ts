import { expect } from 'chai';
import { avgPool2d, compile, conv2d, matmul, maxPool2d, placeholder, tensor, type Backend, type Tensor } from '@unfoldjs/core';
import { encodeProgram, loadProgram } from '@unfoldjs/nn';
import { chooseMode, modes } from './support/modes.js';

const integers = (shape: readonly number[], step: number): Tensor => {
  const size = shape.reduce((product, dim) => product * dim, 1);
  return tensor(Float32Array.from({ length: size }, (_, i) => ((i * step) % 7) - 3), shape);
};

/** Convolutions of each kind with what is fused into them, pools, an activation that is a body of its own, and a matrix product. */
function network(image: Tensor): { scores: Tensor } {
  const first = conv2d(image, integers([3, 3, 2, 4], 5), { padding: 'same' }).add(integers([4], 3)).relu();
  const depthwise = conv2d(first, integers([3, 3, 1, 4], 2), { padding: 'same', groups: 4 }).add(first).maximum(first.mul(-0.5));
  const pooled = maxPool2d(depthwise, { window: 2 }).add(avgPool2d(depthwise, { window: 2 }));
  return { scores: matmul(pooled.reshape([2, 64]), integers([64, 3], 4)).clip({ min: -1e4 }) };
}

describe('a network that was written to a file', () => {
  for (const mode of modes) {
    describe(`as ${mode.name}`, () => {
      let backend: Backend | undefined;
      before(async function () {
        backend = await chooseMode(this, mode);
      });
      after(() => backend?.dispose());

      it('gives what the compiled function gives, bit for bit', async () => {
        const image = integers([2, 8, 8, 2], 3);
        const program = await loadProgram(await encodeProgram(network, [placeholder([2, 8, 8, 2])]), backend!);
        const { scores } = await program.run({ input: await image.data() });
        await program.dispose();
        expect(scores).to.deep.equal(await (await compile(network)(image)).scores.data());
        expect(scores!.some((score) => score !== scores![0])).to.equal(true);
      });
    });
  }
});
