import { setBackend, type Backend, type Tensor } from '@unfoldjs/core';
import { explain } from '@unfoldjs/core/explain';
import { cpu } from '@unfoldjs/backend-cpu';
import { wasm } from '@unfoldjs/backend-wasm';
import { expect } from 'chai';

/**
 * Opens the backend under test and the reference before the tests of a suite. What it returns runs a graph on both: the results must be
 * the same bit for bit, NaN and -0 included, without a step in the reference loops.
 */
export function onBoth(): (make: () => Tensor) => Promise<void> {
  let [here, reference] = [null!, null!] as [Backend, Backend];
  before(async () => {
    [here, reference] = await Promise.all([wasm({ precision: 'exact' }).open(), cpu().open()]);
  });
  after(() => Promise.all([here.dispose(), reference.dispose()]));
  return async (make) => {
    await setBackend(reference);
    const expected = Array.from(await make().data());
    await setBackend(here);
    expect(String(await explain(make()))).not.to.match(/\| reference loops/);
    expect(Array.from(await make().data())).to.deep.equal(expected);
  };
}
