import { logSoftmax, setBackend, softmax, tensor, type Backend, type Tensor } from '@unfoldjs/core';
import { explain } from '@unfoldjs/core/explain';
import { cpu } from '@unfoldjs/backend-cpu';
import { dataFor } from '@unfoldjs/backend-testkit/arbitraries';
import { wasm } from '@unfoldjs/backend-wasm';
import { expect } from 'chai';

describe('softmax in WebAssembly', () => {
  let [here, reference] = [null!, null!] as [Backend, Backend];
  before(async () => {
    [here, reference] = await Promise.all([wasm().open(), cpu().open()]);
  });
  after(() => Promise.all([here.dispose(), reference.dispose()]));

  for (const shape of [[3, 7, 5], [2, 10, 1], [4, 33], [2, 3, 2, 9], [1]]) {
    for (const fill of ['reals', 'nonFinite'] as const) {
      it(`has kernels along every axis of ${shape.join('x')}: ${fill}`, async () => {
        const x = (): Tensor => tensor(dataFor({ dtype: 'float32', shape }, 1, fill), shape);
        for (let axis = 0; axis < shape.length; axis++) {
          for (const op of [softmax, logSoftmax]) {
            await setBackend(reference);
            const expected = await op(x(), { axis }).data();
            await setBackend(here);
            expect(String(await explain(op(x(), { axis })))).not.to.match(/\| reference loops/);
            // Four units of the last place for each of exp, log and the division, half of one for each sum; a logarithm is at most 6 + log(33).
            const bound = (shape[axis]! / 2 + 12) * 2 ** -23 * (op === softmax ? 1 : 10);
            (await op(x(), { axis }).data()).forEach((value, i) => {
              if (Number.isFinite(expected[i]!)) expect(Math.abs(value - expected[i]!), `element ${i} along ${axis}`).to.be.at.most(bound);
              else expect(value, `element ${i} along ${axis}`).to.deep.equal(expected[i]);
            });
          }
        }
      });
    }
  }
});
