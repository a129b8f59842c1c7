import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { add, compile, conv2d, globalAvgPool2d, matmul, maxPool2d, relu, setBackend, tensor, type Tensor } from '@unfoldjs/core';
import { explain, profile, type ExplanationJson } from '@unfoldjs/core/explain';
import { cpu } from '@unfoldjs/backend-cpu';
import { toHtml } from '@unfoldjs/explain-html';
import { startBrowser, type TestBrowser, type Visit } from '@unfoldjs/test-support/browser';

const data = (...shape: number[]): Tensor => tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => ((i * 7) % 9) - 4), shape);

/** A small residual network: a stem, one block with a skip, and a classifier. */
function network(): Tensor {
  const conv = (x: Tensor, channels: number, filters: number): Tensor => add(conv2d(x, data(3, 3, channels, filters), { padding: 'same' }), data(filters));
  const stem = maxPool2d(relu(conv(data(2, 12, 12, 3), 3, 8)), { window: 2 });
  const block = relu(add(conv(relu(conv(stem, 8, 8)), 8, 8), stem));
  return matmul(globalAvgPool2d(block), data(8, 10)).add(data(10));
}

/** Serves one page, whichever address is asked for. */
async function serve(html: string): Promise<{ url: string; server: Server; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer(({ url }, response) => {
    asked.push(url!);
    response.setHeader('Content-Type', 'text/html').end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server, asked };
}

describe('the page of an explanation', function () {
  this.timeout(60_000);
  let browser: TestBrowser | undefined;
  before(async function () {
    browser = await startBrowser(this);
    await setBackend(cpu());
  });
  after(() => browser?.close());

  /** Opens a page, hands it to `look`, and insists that nothing went wrong and nobody else was asked. */
  async function looking(html: string, look: (page: Visit['page']) => Promise<void>): Promise<void> {
    const { url, server, asked } = await serve(html);
    try {
      const { page, complaints } = await browser!.visit(url);
      await look(page);
      expect(complaints).to.deep.equal([]);
      expect(asked).to.deep.equal(['/']);
      await page.close();
    } finally {
      server.close();
      server.closeAllConnections();
    }
  }
  const ids = (page: Visit['page'], selector: string): Promise<number[]> => page.$$eval(selector, (nodes) => nodes.map((node) => Number((node as unknown as { dataset: { id: string } }).dataset.id)).sort((a, b) => a - b));

  it('draws the graph before and after each pass and marks what changed', async () => {
    const explanation = (await explain(network())).toJSON();
    await looking(toHtml(explanation), async (page) => {
      let before = explanation.graph;
      const passes = explanation.passes.filter(({ graph }) => graph !== null);
      expect(passes.length).to.be.above(2);
      expect(await page.$$eval('nav button', (buttons) => buttons.map((button) => button.firstChild?.textContent))).to.deep.equal(passes.map(({ name }) => name));
      for (const [index, { graph, rewrites }] of passes.entries()) {
        await page.click(`nav button[data-stage="${index}"]`);
        expect(await page.textContent('#before-is')).to.equal(index === 0 ? 'before: as it was written' : `before: after ${passes[index - 1]!.name}`);
        const all = (snapshot: typeof before): number[] => snapshot.nodes.map(({ id }) => id);
        expect(await ids(page, '#before .node')).to.deep.equal(all(before));
        expect(await ids(page, '#after .node')).to.deep.equal(all(graph!));
        const [gone, added] = [all(before).filter((id) => !all(graph!).includes(id)), all(graph!).filter((id) => !all(before).includes(id))];
        expect(gone.length + added.length).to.be.above(0);
        expect(await ids(page, '#before .gone')).to.deep.equal(gone);
        expect(await ids(page, '#after .added')).to.deep.equal(added);
        expect(await ids(page, '#after .gone, #before .added')).to.deep.equal([]);
        const visible = await page.$$eval('.stage:not([hidden])', (texts) => texts.map((text) => text.textContent ?? ''));
        expect(visible).to.have.length(1);
        for (const { rule, because } of rewrites) expect(visible[0]).to.contain(rule).and.to.contain(because);
        before = graph!;
      }
    });
  });

  it('marks nodes that compute something else', async () => {
    const { passes, graph, ...rest } = (await explain(network())).toJSON();
    const last = passes.findLast((pass) => pass.graph !== null)!;
    const [first, ...others] = last.graph!.nodes.filter(({ inputs }) => inputs.length > 0);
    const other = { ...last.graph!, nodes: last.graph!.nodes.map((node) => (node === first ? { ...node, attrs: { made: 'up' } } : node)) };
    const pass = { ...last, name: 'made-up', graph: other, rewrites: [] };
    expect(others).to.not.have.length(0);
    await looking(toHtml({ ...rest, graph: last.graph!, passes: [pass] }), async (page) => {
      expect(await ids(page, '#before .changed')).to.deep.equal([first!.id]);
      expect(await ids(page, '#after .changed')).to.deep.equal([first!.id]);
      expect(await ids(page, '.node.gone, .node.added')).to.deep.equal([]);
    });
  });

  it('finds the node of a rewrite', async () => {
    const explanation = (await explain(network())).toJSON();
    const index = explanation.passes.filter(({ graph }) => graph !== null).findIndex(({ name }) => name === 'lower-conv');
    await looking(toHtml(explanation), async (page) => {
      await page.click(`nav button[data-stage="${index}"]`);
      await page.click(`.stage[data-stage="${index}"] .find`);
      const [rewrite] = explanation.passes.find(({ name }) => name === 'lower-conv')!.rewrites;
      expect(await ids(page, '#before .found')).to.deep.equal([rewrite!.node]);
    });
  });

  it('draws every box in its frame, and no two over each other', async () => {
    await looking(toHtml(await explain(network())), async (page) => {
      const frames = await page.$$eval('#before svg.graph', (graphs) =>
        graphs.map((graph) => {
          const box = (element: { getBoundingClientRect(): { x: number; y: number; width: number; height: number } }) => (({ x, y, width, height }) => ({ x, y, width, height }))(element.getBoundingClientRect());
          return { outer: box(graph), boxes: [...graph.querySelectorAll('.node rect')].map(box), texts: [...graph.querySelectorAll('.node')].map((node) => Math.max(...[...node.querySelectorAll('text')].map((text) => text.getBoundingClientRect().width)) - node.querySelector('rect')!.getBoundingClientRect().width) };
        }),
      );
      const [{ outer, boxes, texts }] = frames as [(typeof frames)[number]];
      expect(boxes.length).to.be.above(10);
      for (const { x, y, width, height } of boxes) {
        expect(x >= outer.x && x + width <= outer.x + outer.width && y >= outer.y && y + height <= outer.y + outer.height).to.equal(true);
      }
      for (const [i, a] of boxes.entries()) {
        for (const b of boxes.slice(i + 1)) expect(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y).to.equal(true);
      }
      expect(Math.max(...texts), 'how much the widest text is wider than its box').to.be.below(0);
    });
  });

  it('shows graphs as a whole where that is asked for', async () => {
    await looking(toHtml(await explain(network())), async (page) => {
      const overflow = (): Promise<number> => page.$eval('#before', (panel) => panel.scrollHeight - panel.clientHeight);
      expect(await overflow()).to.be.above(0);
      await page.click('#whole');
      expect(await overflow()).to.equal(0);
      await page.click('#whole');
      expect(await overflow()).to.be.above(0);
    });
  });

  it('shows the memory of the plan at each step', async () => {
    const explanation = (await explain(network())).toJSON();
    await looking(toHtml(explanation), async (page) => {
      expect(await page.$$eval('.chart.live .hover', (bars) => bars.length)).to.equal(explanation.steps.length);
      const kinds = await page.$$eval('.chart.live polygon', (areas) => areas.map((area) => area.getAttribute('class')));
      expect(kinds).to.deep.equal((['inputs', 'constants', 'outputs', 'intermediates', 'scratch'] as const).filter((kind) => explanation.memory[kind] > 0));
      expect(kinds).to.include.members(['inputs', 'outputs', 'intermediates']);
      expect(await page.$$eval('.chart.slots .value', (values) => values.length)).to.equal(explanation.steps.filter(({ memory }) => memory !== 'output').length);
    });
  });

  it('shows the time of each step of a run, and the other programs that ran', async () => {
    const other = compile((x: Tensor) => x.mul(3));
    const measured = await profile(async () => {
      await other(data(5));
      return network();
    });
    const explanation = (await explain(network())).toJSON();
    await looking(toHtml(explanation, measured), async (page) => {
      const heads = await page.$$eval('table', (tables) => tables.map((table) => [...table.querySelectorAll('th')].map((head) => head.textContent)));
      expect(heads).to.have.length(2);
      expect(heads[1]).to.deep.equal(['step', 'call', 'time', 'share', 'GFLOP/s', 'result', 'memory', 'FLOP', 'bytes', 'kernel']);
      const shown = await page.$$eval('table', (tables) => [...tables.at(-1)!.querySelectorAll('td:nth-child(3)')].map((cell) => cell.textContent ?? ''));
      expect(shown).to.have.length(explanation.steps.length);
      for (const text of shown) expect(text).to.match(/^[\d.e-]+ ms$/);
      expect(await page.textContent('details')).to.contain('1 other program').and.to.contain('mul(in0, 3)');
    });
  });

  it('makes up no times where a backend measured the program as a whole', async () => {
    const measured = await profile(network);
    const programs = measured.programs.map((program) => ({ ...program, measured: 'program' as const, how: 'as a whole', steps: program.steps.map((step) => ({ ...step, milliseconds: null, gflopsPerSecond: null, share: null })) }));
    await looking(toHtml(await explain(network()), { ...measured, programs }), async (page) => {
      expect(await page.textContent('body')).to.contain('Measured: as a whole.');
      expect(await page.$$eval('th', (heads) => heads.map((head) => head.textContent))).to.deep.equal(['step', 'call', 'result', 'memory', 'FLOP', 'bytes', 'kernel']);
    });
  });

  it('says so where the profile is of other programs only', async () => {
    const measured = await profile(() => data(5).mul(3));
    await looking(toHtml(await explain(network()), measured), async (page) => {
      expect(await page.textContent('body')).to.contain('No program of the profile has the steps explained here');
      expect(await page.textContent('details[open]')).to.contain('mul(in0, 3)');
    });
  });

  it('shows names and reasons as text, whatever they contain', async () => {
    const { passes, ...rest } = (await explain(network())).toJSON();
    const nasty = '</script><img src=x onerror="document.title=1"><b>&amp;';
    const evil: ExplanationJson = {
      ...rest,
      outputs: [nasty],
      device: { ...rest.device, label: nasty },
      passes: passes.map((pass) => ({ ...pass, name: nasty, rewrites: pass.rewrites.map((rewrite) => ({ ...rewrite, rule: nasty, because: nasty, at: nasty, source: nasty })), graph: pass.graph && { ...pass.graph, nodes: pass.graph.nodes.map((node) => ({ ...node, op: nasty, type: nasty })) } })),
      steps: rest.steps.map((step) => ({ ...step, call: nasty, kernel: { ...step.kernel, reason: nasty } })),
    };
    await looking(toHtml(evil), async (page) => {
      expect(await page.textContent('h1')).to.equal(`${nasty} on cpu`);
      expect(await page.$$eval('img, b:not(.legend b)', (found) => found.length)).to.equal(0);
    });
  });

  it('says so where nothing runs', async () => {
    await looking(toHtml(await explain(tensor([1, 2]))), async (page) => {
      expect(await page.textContent('body')).to.contain('Nothing runs').and.to.contain('No pass changed anything');
      expect(await ids(page, '#after .node')).to.have.length(1);
    });
  });

  it('draws what changes of a graph that is too large, and says what it leaves out', async () => {
    let x = data(2, 3);
    for (let i = 0; i < 150; i++) x = x.sin().add(data(2, 3).mul(i)).sum({ axes: [1], keepDims: true }).add(data(2, 3));
    const explanation = (await explain(x)).toJSON();
    expect(explanation.graph.nodes.length).to.be.above(300);
    await looking(toHtml(explanation), async (page) => {
      expect((await ids(page, '#before .node')).length).to.equal(160);
      expect(await page.textContent('#before .note')).to.contain('not drawn');
      expect((await ids(page, '#before .gone, #after .added')).length).to.be.above(0);
    });
  });
});
