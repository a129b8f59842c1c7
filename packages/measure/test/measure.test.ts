import { expect } from 'chai';
import { busyWarning, formatBytes, formatMachine, formatNumber, formatRatio, formatTime, interleave, logLogSlope, machine, median, nest4, nestedLoops, quantile, ratioOf, summarize, textTable } from '@unfoldjs/measure';

describe('statistics', () => {
  it('interpolate quantiles between neighbours', () => {
    expect(median([3, 1, 2])).to.equal(2);
    expect(median([4, 1, 2, 3])).to.equal(2.5);
    expect(quantile([10, 20, 30, 40, 50], 0.25)).to.equal(20);
    expect(quantile([0, 1], 0.125)).to.equal(0.125);
    expect(median([])).to.be.NaN;
  });

  it('summarize samples by their quartiles, whatever the order', () => {
    expect(summarize([5, 1, 4, 2, 3])).to.deep.equal({ median: 3, low: 2, high: 4, count: 5 });
  });

  it('take ratios round by round', () => {
    // Round 2 was disturbed for both alike, which must not show.
    const ratio = ratioOf([10, 100, 12, 8], [5, 50, 6, 4]);
    expect(ratio).to.deep.equal({ median: 2, low: 2, high: 2, count: 4, isNoise: false });
  });

  it('call a ratio noise where rounds disagree about who is faster', () => {
    expect(ratioOf([1, 2, 1, 2], [2, 1, 2, 1]).isNoise).to.equal(true);
    expect(ratioOf([1, 1, 1], [1, 1, 1]).isNoise).to.equal(true);
    expect(ratioOf([3, 3, 3, 3, 3, 3, 3, 3, 1], [2, 2, 2, 2, 2, 2, 2, 2, 2]).isNoise).to.equal(false);
    expect(() => ratioOf([1, 2], [1])).to.throw(RangeError, '2 samples against 1');
  });

  it('find the exponent of a power law', () => {
    const x = [100, 1000, 10_000];
    expect(logLogSlope(x, x.map((n) => 7 * n))).to.be.closeTo(1, 1e-12);
    expect(logLogSlope(x, x.map((n) => n ** 2))).to.be.closeTo(2, 1e-12);
  });
});

describe('formats', () => {
  it('keep three digits that count', () => {
    expect([1.2345e-5, 0.012345, 0.5, 4.5678, 78.94, 1234.5, 0, Infinity].map(formatNumber)).to.deep.equal(['1.23e-5', '0.0123', '0.500', '4.57', '78.9', '1235', '0', 'Infinity']);
  });

  it('choose the unit', () => {
    expect([0.0005, 0.25, 3, 61_000].map(formatTime)).to.deep.equal(['0.500 us', '250 us', '3.00 ms', '61.0 s']);
    expect([12, 2048, 3 * 2 ** 20].map(formatBytes)).to.deep.equal(['12 B', '2.00 KiB', '3.00 MiB']);
  });

  it('print no ratio that is noise', () => {
    const summary = { median: 2, low: 1.5, high: 2.5, count: 3 };
    expect(formatRatio({ ...summary, isNoise: false })).to.equal('2.00x (1.50-2.50)');
    expect(formatRatio({ ...summary, isNoise: true })).to.equal('same within noise');
  });

  it('set numbers to the right and words to the left', () => {
    expect(textTable(['name', 'ms'], [['a', '1.0'], ['long name', '12.0']])).to.equal(
      ['name         ms', '---------  ----', 'a           1.0', 'long name  12.0'].join('\n'),
    );
  });
});

describe('interleave', () => {
  it('gives every candidate one sample a round, starting one further each time', async () => {
    const calls: string[] = [];
    const candidates = ['a', 'b', 'c'].map((name) => ({ name, run: () => void calls.push(name) }));
    const order: string[] = [];
    const samples = await interleave(candidates, { rounds: 3, sampleMs: 0, onSample: (_, __, name) => order.push(name) });
    expect(order.join('')).to.equal('abcbcacab');
    expect(samples.map((times) => times.length)).to.deep.equal([3, 3, 3]);
    expect(calls.filter((name) => name === 'a')).to.have.length(5);
  });

  it('waits for promises and repeats short calls within a sample', async () => {
    let calls = 0;
    const [times] = await interleave([{ name: 'tick', run: async () => (await Promise.resolve(), calls++) }], { rounds: 2, sampleMs: 1 });
    expect(times!.every((time) => time > 0)).to.equal(true);
    expect(calls).to.be.greaterThan(4);
  });
});

describe('the nested loops', () => {
  it('convolve as tf.nn.conv2d does with SAME padding', () => {
    const x = nest4([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
    const ones = nest4(new Array<number>(9).fill(1), [3, 3, 1, 1]);
    expect(nestedLoops(x, ones)).to.deep.equal(nest4([12, 21, 16, 27, 45, 33, 24, 39, 28], [1, 3, 3, 1]));
  });

  it('put the odd pixel of SAME at the bottom and right, and take strides', () => {
    const x = nest4([1, 2, 3, 4], [1, 2, 2, 1]);
    const taps = nest4([1, 10, 100, 1000], [2, 2, 1, 1]);
    expect(nestedLoops(x, taps)).to.deep.equal(nest4([4321, 402, 43, 4], [1, 2, 2, 1]));
    expect(nestedLoops(x, taps, { stride: 2 })).to.deep.equal([[[[4321]]]]);
  });

  it('sum over channels and write every filter', () => {
    const x = nest4([1, 2], [1, 1, 1, 2]);
    const w = nest4([1, 2, 3, 10, 20, 30], [1, 1, 2, 3]);
    expect(nestedLoops(x, w)).to.deep.equal([[[[21, 42, 63]]]]);
  });
});

describe('the machine', () => {
  it('is named with what a figure depends on, and called busy where it was', () => {
    const text = formatMachine({ cpu: 'Some CPU', cores: 2, memoryGiB: 8, platform: 'linux x64', node: 'v20', load: 0.5 });
    expect(text).to.equal('Some CPU, 2 cores, 8 GiB, linux x64, Node v20, load 0.5');
    expect(busyWarning({ ...machine(), cores: 2, load: 2.5 })).to.equal(null);
    expect(busyWarning({ ...machine(), cores: 2, load: 7 })).to.include('load 7 on 2 cores');
  });
});
