import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { setBackend, tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { inference } from '@unfoldjs/nn';
import { squeezeExcite } from '../src/squeeze-excite.js';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

describe('a layer of one’s own', function () {
  this.timeout(120_000);

  it('weighs channels by what the image shows', async () => {
    await setBackend(cpu());
    const layer = squeezeExcite(1);
    // Means 1 and 3; squeezed to 1 * 1 + 3 * -1 < 0, which relu makes 0: both factors are sigmoid(0).
    const params = { squeeze: tensor([[1], [-1]]), excite: tensor([[5, 7]]) };
    const x = tensor([0, 2, 2, 4], [1, 1, 2, 2]);
    expect(await layer.apply(params, [x], inference, {}).output.data()).to.deep.equal(Float32Array.of(0, 1, 1, 2));
    expect(layer.init([[4, 4, 2]], 1).output).to.deep.equal([4, 4, 2]);
  });

  it('is trained, summarised and named like those of the library', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, '--images', '100', '--epochs', '1'], { encoding: 'utf8' });
    expect(status, stderr).to.equal(0);
    expect(stdout).to.match(/squeezeExcite +\| squeezeExcite +\| \[1, 18, 18, 8\] +\| 64/);
    expect(stdout).to.include('squeezeExcite.squeeze [8,4], squeezeExcite.excite [4,8]').and.to.match(/% of 300 others/);
  });
});
