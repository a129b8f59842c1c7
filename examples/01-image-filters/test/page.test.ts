import { expect } from 'chai';
import { renderPage, type Page } from '../src/page.js';
import { toPng } from '../src/picture.js';

const picture = { png: toPng({ data: Uint8Array.of(1, 2, 3), width: 1, height: 1 }), width: 1, height: 1 };
const backend = { label: 'a <device>', fallbackReason: null, firstMs: 12, againMs: 3, peakBytes: 2048, explanation: 'a < b && c' };

const page: Page = {
  source: '<photo>.png',
  original: picture,
  backends: [
    { ...backend, name: 'one' },
    { ...backend, name: 'two', fallbackReason: 'because' },
  ],
  refusals: [{ name: 'gpu', reason: 'no "GPU" here' }],
  remarks: ['said aloud'],
  filters: [{ title: 'Blur', note: 'a note', code: 'conv2d(x)', kernels: [[[1, -1]]], shown: [{ picture, share: 0.25, worst: 1e-7 }, { picture, share: 0, worst: 0 }] }],
  timing: { workload: '1x8x8x1', rows: [{ name: 'nested loops', medianMs: 10, gflops: 0.2, ratio: null }, { name: 'fused', medianMs: 1, gflops: 2, ratio: '10.0x (9.00-11.0)' }] },
  machine: 'a machine',
};

describe('the page', () => {
  const html = renderPage(page);

  it('loads nothing: no address, no script, every image inside', () => {
    expect(html).not.to.match(/https?:|\/\/[a-z]|<script|<link|@import|url\(/i);
    const sources = [...html.matchAll(/\bsrc="([^"]*)"/g)].map(([, source]) => source!);
    expect(sources).to.have.length(3);
    for (const source of sources) expect(source).to.match(/^data:image\/png;base64,/);
  });

  it('shows every backend, refusal, remark, filter, time and explanation', () => {
    for (const text of ['one', 'two', 'because', 'no &quot;GPU&quot; here', 'said aloud', 'Blur', 'a note', '25.0 % of the bound', '12.0 ms', '2.00 KiB', '10.0x (9.00-11.0)', 'a machine']) {
      expect(html).to.include(text);
    }
    expect(html.match(/<details>/g)).to.have.length(2);
  });

  it('escapes what it is given', () => {
    expect(html).to.include('&lt;photo&gt;.png').and.to.include('a &lt;device&gt;').and.to.include('a &lt; b &amp;&amp; c');
    expect(html).not.to.include('<photo>');
  });

  it('says whether all is within the bounds', () => {
    expect(html).to.include('Every backend is within');
    const broken = { ...page, filters: [{ ...page.filters[0]!, shown: [{ picture, share: 1.5, worst: 1 }] }] };
    expect(renderPage(broken)).to.include('A backend is outside');
  });

  it('closes every element that it opens', () => {
    const open: string[] = [];
    for (const [, close, name, selfClosing] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*?(\/?)>/g)) {
      if (selfClosing || ['meta', 'img', 'br'].includes(name!)) continue;
      if (close) expect(open.pop()).to.equal(name);
      else open.push(name!);
    }
    expect(open).to.deep.equal([]);
  });
});
