import { expect } from 'chai';
import { evaluate, expressionCount, getBackend, liveMemory, setBackend, setMemoryLimits, sweepExpressions, tensor, tidy, UnfoldError } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';

const collect = async () => {
  for (let i = 0; i < 5; i++) {
    global.gc!();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

describe('memory', () => {
  beforeEach(() => setBackend(cpu()));

  it('belongs to realised tensors alone and goes with dispose', async () => {
    const before = liveMemory();
    const x = tensor([1, 2, 3]).add(1).add(2);
    await x.data();
    expect(getBackend().memory().buffers).to.equal(1); // the uploaded operand; data() of an unrealised tensor keeps no result
    await evaluate(x);
    expect(liveMemory().bytes).to.equal(before.bytes + 24);
    x.dispose();
    x.dispose();
    expect(liveMemory().bytes).to.equal(before.bytes + 12);
    let code;
    try {
      await x.data();
    } catch (error) {
      code = (error as UnfoldError).code;
    }
    expect(code).to.equal('DISPOSED');
  });

  it('goes with the end of a `using` block', async () => {
    const before = liveMemory().bytes;
    const data = tensor([1, 2]);
    {
      using x = data.add(1);
      await evaluate(x);
      expect(liveMemory().bytes).to.equal(before + 16);
    }
    expect(liveMemory().bytes).to.equal(before + 8);
    data.dispose();
    expect(liveMemory().bytes).to.equal(before);
  });

  it('goes with the end of a tidy scope, except for what the scope returns', async () => {
    const before = liveMemory().bytes;
    const data = tensor([1, 2]);
    const kept = await tidy(async (own) => {
      const [a, b] = own([data.add(1), data.add(2)]);
      await evaluate(a, b);
      expect(liveMemory().bytes).to.equal(before + 24);
      return b!;
    });
    expect(liveMemory().bytes).to.equal(before + 16);
    expect(await kept.data()).to.deep.equal(Float32Array.of(3, 4));
    kept.dispose();
    data.dispose();
  });

  it('is freed by the collector when nothing refers to a tensor any more', async () => {
    await collect();
    const before = liveMemory().bytes;
    await (async () => {
      for (let i = 0; i < 20; i++) await evaluate(tensor([i, i]).add(1));
    })();
    await collect();
    expect(liveMemory().bytes).to.equal(before);
  });

  it('is shared by results that are the same elements', async () => {
    const before = liveMemory().bytes;
    const x = tensor([1, 2, 3, 4]).add(1);
    await evaluate(x);
    const y = x.cast('float32');
    await evaluate(y);
    x.dispose();
    expect(y.isRealised).to.equal(true);
    y.dispose();
    expect(liveMemory().bytes).to.be.at.most(before + 16);
  });

  it('refuses what would pass the limit, names the largest holders, and loses nothing', async () => {
    const big = tensor(new Float32Array(1000)).add(1);
    await evaluate(big);
    setMemoryLimits({ limit: liveMemory().bytes + 100 });
    let refused: UnfoldError | undefined;
    try {
      await evaluate(big.add(1));
    } catch (error) {
      refused = error as UnfoldError;
    } finally {
      setMemoryLimits({ limit: Infinity });
    }
    expect(refused?.code).to.equal('OUT_OF_MEMORY');
    expect(refused?.message).to.contain('float32[1000]');
    expect((await big.data())[999]).to.equal(1);
    await evaluate(big.add(1));
  });

  it('stays flat over 10,000 uncompiled updates, and so does the table of expressions', async function () {
    this.timeout(60_000);
    const g = tensor([1, 2, 3]);
    let w = tensor([0, 0, 0]);
    const update = async (times: number) => {
      for (let i = 0; i < times; i++) {
        w = w.add(g);
        await evaluate(w);
      }
      await collect();
      return { heap: process.memoryUsage().heapUsed, bytes: liveMemory().bytes, expressions: sweepExpressions() };
    };
    const first = await update(10_000); // the engine compiles, its tables reach their size
    const last = await update(10_000);
    expect(await w.data()).to.deep.equal(Float32Array.of(20_000, 40_000, 60_000));
    expect(last.bytes).to.equal(first.bytes);
    expect(last.expressions).to.equal(first.expressions);
    expect(expressionCount()).to.equal(last.expressions);
    // One expression kept by each update would be over 1 MB; noise is within half of that.
    expect(last.heap - first.heap).to.be.below(500_000);
  });
});
