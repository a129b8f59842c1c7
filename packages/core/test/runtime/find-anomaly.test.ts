import { captureSourceLines, setBackend, tensor, where, type Tensor } from '@unfoldjs/core';
import { grad } from '@unfoldjs/core/autodiff';
import { findAnomaly } from '@unfoldjs/core/explain';
import { cpu } from '@unfoldjs/backend-cpu';
import { expect } from 'chai';

const here = /find-anomaly\.test\.js:\d+:\d+/;

describe('findAnomaly', () => {
  before(async () => void (await setBackend(cpu())));

  it('finds nothing where everything is finite', async () => {
    expect(await findAnomaly(() => tensor([1, 4]).sqrt().sum())).to.equal(null);
  });

  it('names the first operation that made a NaN, and the line that it stands in', async () => {
    const found = await findAnomaly(() => {
      const x = tensor([1, -1]);
      return x.log().exp().add(1).sum();
    });
    expect(found).to.include({ op: 'log', value: 'NaN', data: null });
    expect(found!.source).to.match(here);
    expect(found!.operands).to.deep.equal([{ name: 'x', type: { dtype: 'float32', shape: [2] } }]);
  });

  it('tells an infinity from a NaN that comes of it', async () => {
    expect(await findAnomaly(() => tensor([0]).log().mul(0))).to.include({ op: 'log', value: '-Infinity' });
  });

  it('passes over what does not reach the result', async () => {
    const safe = () => where(tensor([true]), tensor([1]), tensor([0]).log());
    expect(await findAnomaly(safe)).to.equal(null);
    expect(await findAnomaly(() => safe().add(tensor([2000]).exp()))).to.include({ op: 'exp' });
  });

  it('names data that holds a NaN already', async () => {
    const x = tensor([NaN]);
    const found = await findAnomaly(() => x.add(1), new Map([[x, 'images']]));
    expect(found).to.include({ op: null, data: 'images', value: 'NaN' });
  });

  it('puts an operation of a gradient down to the line of the one whose gradient it is', async () => {
    const root = (x: Tensor) => x.sqrt().sum();
    const found = await findAnomaly(() => grad(root)(tensor([0])));
    expect(found).to.include({ value: 'Infinity' });
    expect(found!.source).to.match(/^root |root/);
    expect(found!.source).to.match(here);
  });

  it('leaves source lines uncaptured, and no result behind', async () => {
    captureSourceLines(false);
    const x = tensor([1, 2]).sqrt();
    await findAnomaly(() => x);
    expect(x.isRealised).to.equal(false);
  });
});
