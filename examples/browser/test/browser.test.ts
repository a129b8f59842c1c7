import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { conv2d, matmul, maxPool2d, placeholder, relu, reshape, setBackend, softmax, tensor, transpose, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { exportOnnx } from '@unfoldjs/onnx';
import { modeRuns, skip } from '@unfoldjs/test-support';
import { softwareGpu, startBrowser, type TestBrowser, type Visit } from '@unfoldjs/test-support/browser';
import { expect } from 'chai';
import { buildPage, builtPage, isolation } from '../src/page-build.js';
import { serveFolder, type ServedFolder } from '../src/serve-folder.js';
import { answerOf, choose, draw, drawByFinger, ring, settled, stroke, tonesOf, type Answer } from './hands.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const photo = join(root, 'examples/01-image-filters/assets/picture.png');
const screenshots = join(root, 'examples/browser/out/screenshots');

/**
 * How far probabilities of two backends may lie apart, as logarithms, in which large and small ones count alike. A score is 289 products deep
 * (9, 72, 144 and 64), and the same network of absolute values gives some 2,300 at the most: where roundings are independent, a score is off
 * by sqrt(289) * 2^-24 * 2300 = 2.3e-3. That moves a logarithm by at most twice as much, on both backends. (Seen, with Winograd: 1e-5.)
 */
const bound = 1e-2;

describe('the page', function () {
  this.timeout(60_000);
  let browser: TestBrowser | undefined;
  let site: ServedFolder | undefined;
  let output: Awaited<ReturnType<typeof buildPage>>;
  let page: Visit['page'];
  let complaints: Visit['complaints'];
  const whileTraining = { state: '', text: '' };

  before(async function () {
    browser = await startBrowser(this, softwareGpu);
    output = await buildPage('warn');
    site = await serveFolder(builtPage, { port: 0, headers: isolation });
    ({ page, complaints } = await browser.visit(site.url));
    await page.waitForFunction(() => /epoch 1 of 4/.test(document.querySelector('#training')!.textContent!));
    await page.click('#tab-filters');
    await page.waitForFunction(() => document.querySelector('#edges-time')!.textContent !== '');
    whileTraining.text = (await page.textContent('#training'))!;
    whileTraining.state = (await page.getAttribute('main', 'data-state'))!;
    await page.click('#tab-digits');
    await page.waitForSelector('main[data-state=trained]', { timeout: 55_000 });
    await settled(page);
  });
  after(async () => {
    await browser?.close();
    await site?.close();
  });

  const screenshot = async (name: string): Promise<void> => {
    mkdirSync(screenshots, { recursive: true });
    await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
  };

  describe('when it is opened', () => {
    it('has gpu.js and Graphviz in scripts of their own, which wait until they are asked for', async () => {
      const chunks = output.flatMap((file) => (file.type === 'chunk' ? [file] : []));
      for (const library of ['/gpu.js/', '/@viz-js/viz/']) {
        const [chunk, ...others] = chunks.filter(({ moduleIds }) => moduleIds.some((id) => id.includes(`/node_modules${library}`)));
        expect(others, library).to.deep.equal([]);
        expect(chunk!.isDynamicEntry, library).to.equal(true);
        expect(chunks.filter(({ imports }) => imports.includes(chunk!.fileName)), library).to.deep.equal([]);
        const loaded = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
        expect(loaded.filter((url) => url.endsWith(chunk!.fileName)), library).to.deep.equal([]);
      }
    });

    it('trains, tells how far it is, and does what it is asked for meanwhile', () => {
      expect(whileTraining.text).to.match(/^Training in this page: epoch \d of 4, loss \d\.\d+, accuracy \d+\.\d %$/);
      expect(whileTraining.state).to.equal('training');
    });

    it('has trained a network that knows digits, and shows one', async () => {
      const [, percent] = /it recognises (\S+) % of 500 others/.exec((await page.textContent('#training'))!)!;
      expect(Number(percent)).to.be.greaterThan(90);
      expect((await answerOf(page)).digit).to.match(/^\d$/);
    });

    it('is isolated, so that WebAssembly has threads', async () => {
      expect(await page.evaluate(() => crossOriginIsolated)).to.equal(true);
      expect(await page.locator('tr[data-backend=wasm]').innerText()).to.include('WebAssembly SIMD').and.to.include('runs in a worker');
    });
  });

  describe('runs a model that somebody brings', () => {
    /** A classifier of three channels as others would publish it. */
    const modelFile = async (): Promise<Buffer> => {
      await setBackend(cpu());
      const filters = tensor(Float32Array.from({ length: 9 * 3 * 4 }, (_, i) => ((i * 7) % 5) - 2), [3, 3, 3, 4]);
      const weights = tensor(Float32Array.from({ length: 16 * 16 * 4 * 5 }, (_, i) => (((i * 3) % 7) - 3) / 64), [16 * 16 * 4, 5]);
      const classify = (x: Tensor): Tensor => softmax(matmul(reshape(maxPool2d(relu(conv2d(transpose(x, [0, 2, 3, 1]), filters, { padding: 'same' })), { window: 2 }), [x.shape[0]!, -1]), weights));
      return Buffer.from(await exportOnnx(classify, [placeholder([null, 3, 32, 32])], { params: { filters, weights } }));
    };
    const rows = '#model-backends tr';
    const finished = (): Promise<unknown> => page.waitForFunction((selector) => [...document.querySelectorAll<HTMLElement>(selector)].every(({ dataset }) => dataset['state'] === 'ran' || dataset['state'] === 'refused'), rows);

    it('that is dropped on the page, on every backend of this browser, with one answer', async () => {
      const bytes = [...(await modelFile())];
      await page.evaluate((data) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([Uint8Array.from(data)], 'colours.onnx'));
        window.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
      }, bytes);
      await finished();
      expect(await page.textContent('#model-summary')).to.include('Conv').and.to.include('Softmax').and.to.include('parameters');
      const answers = await page.locator(`${rows} td[data-label=Answer]`).allInnerTexts();
      expect(answers.length).to.equal(5);
      const [first, ...others] = answers.map((answer) => /^class (\d) \(([\d.]+)\)(?:, (\S+) off the first)?$/.exec(answer));
      expect(first, answers.join('; ')).to.not.equal(null);
      for (const other of others) {
        expect(other?.[1], answers.join('; ')).to.equal(first![1]);
        expect(Number(other![3] ?? 0)).to.be.below(bound);
      }
      await screenshot('model');
    });

    it('and says what is wrong with a file that is none, while the one before stays', async () => {
      await page.setInputFiles('#model-file', { name: 'letter.onnx', mimeType: 'application/octet-stream', buffer: Buffer.from('Dear Sir,') });
      await page.waitForSelector('#errors [data-code=INVALID_FILE]');
      expect(await page.textContent('#model-summary')).to.include('Softmax');
      await page.click('#errors button');
      await page.click('#tab-digits');
      await settled(page);
    });
  });

  describe('lets people draw', () => {
    it('recognises a stroke and a ring drawn by mouse', async () => {
      await draw(page, stroke);
      expect((await answerOf(page)).digit).to.equal('1');
      await draw(page, ring);
      const { digit, probabilities } = await answerOf(page);
      expect(digit).to.equal('0');
      expect(probabilities.reduce((sum, p) => sum + p)).to.be.closeTo(1, 1e-5);
      await screenshot('digits-light');
    });

    it('recognises a ring drawn by finger', async () => {
      await drawByFinger(page, ring);
      expect((await answerOf(page)).digit).to.equal('0');
    });

    it('recognises a stroke drawn by keys', async () => {
      await page.click('#clear');
      await page.focus('#pad');
      for (const [key, times] of [['ArrowUp', 8], ['Space', 1], ['ArrowDown', 16]] as const) for (let i = 0; i < times; i++) await page.keyboard.press(key);
      await settled(page);
      expect((await answerOf(page)).digit).to.equal('1');
    });

    it('recognises a picture of a digit', async () => {
      await draw(page, ring);
      const buffer = await page.locator('#pad').screenshot();
      await page.click('#clear');
      await settled(page);
      expect((await answerOf(page)).digit).to.equal('–');
      await page.setInputFiles('#digit-file', { name: 'ring.png', mimeType: 'image/png', buffer });
      await page.waitForFunction(() => document.querySelector('#prediction')!.textContent === '0');
    });

    it('shows what is wrong with a file that is no picture', async () => {
      await page.setInputFiles('#digit-file', { name: 'letter.txt', mimeType: 'text/plain', buffer: Buffer.from('Dear Sir,') });
      const error = page.locator('#errors .error');
      expect(await error.innerText()).to.include('letter.txt is not a picture');
      await error.locator('button').click();
      expect(await error.count()).to.equal(0);
    });
  });

  describe('runs the same network', () => {
    let reference: Answer;
    before(async () => {
      await page.click('#tab-digits');
      await draw(page, ring);
      const { state } = await choose(page, 'cpu');
      expect(state).to.equal('ran');
      reference = await answerOf(page);
      expect(reference.digit).to.equal('0');
    });

    it('not where a backend is missing: it says why, with the code of the error', async () => {
      // An own property hides the interface until it is deleted.
      await page.evaluate(() => void Object.defineProperty(navigator, 'gpu', { value: undefined, configurable: true }));
      const { state, text } = await choose(page, 'webgpu');
      await page.evaluate(() => void Reflect.deleteProperty(navigator, 'gpu'));
      expect(state).to.equal('refused');
      expect(text).to.include('NO_BACKEND').and.to.include('webgpu');
      expect(await page.getAttribute('#errors .error', 'data-code')).to.equal('NO_BACKEND');
      expect(await page.locator('input[value=cpu]').isChecked()).to.equal(true);
    });

    for (const id of ['webgpu', 'webgl2', 'wasm']) {
      it(`on ${id}, with the same answer`, async function () {
        const { state, text } = await choose(page, id);
        if (state === 'refused') skip(this, { mode: `browser:${id}`, reason: text });
        modeRuns(`browser:${id}`);
        expect(text).to.match(/ms\s+of \d+\s+0 \(\d+\.\d %\)/);
        const { digit, probabilities } = await answerOf(page);
        expect(digit).to.equal(reference.digit);
        probabilities.forEach((probability, i) => expect(Math.log(probability), `logarithm of ${i}`).to.be.closeTo(Math.log(reference.probabilities[i]!), bound));
      });
    }

    it('on what is there, where that is left to the page, and names what refused', async () => {
      const { text } = await choose(page, 'auto');
      expect(text).to.include('WebAssembly SIMD');
      expect(await page.textContent('tr[data-backend=auto] details')).to.match(/gpu refused.*no hardware GPU answers: webgpu: .*software/);
      expect((await answerOf(page)).digit).to.equal(reference.digit);
      await screenshot('digits-backends');
    });
  });

  describe('shows', () => {
    it('what edge filters make of a built-in picture and of a loaded one, and what the first layer makes of the digit', async () => {
      await page.click('#tab-filters');
      await settled(page);
      expect(await page.locator('#feature-maps figure').count()).to.equal(8);
      const builtIn = await tonesOf(page, '#edges canvas:not(.kernel)');
      expect(builtIn).to.have.length(6);
      for (const tones of [...builtIn, ...(await tonesOf(page, '#feature-maps .kernel'))]) expect(tones).to.be.greaterThan(4);
      await page.setInputFiles('#picture-file', photo);
      await page.waitForFunction(() => document.querySelector('#edges-time')!.textContent!.startsWith('320 x 240 pixels'));
      await screenshot('filters-light');
    });

    it('the program with its kernels, as text and as graphs', async () => {
      await page.click('#tab-program');
      await page.waitForFunction(() => document.querySelector('#explanation')!.textContent!.includes('as written:'));
      const text = (await page.textContent('#explanation'))!;
      expect(text).to.include('on wasm (WebAssembly SIMD').and.to.include('fuse-im2col-into-matmul x 2').and.to.match(/convMatmul\(in\d.*then add, relu/).and.to.match(/\| kernel\n/);
      await page.selectOption('#form', 'mermaid');
      await page.waitForFunction(() => document.querySelector('#explanation')!.textContent!.startsWith('flowchart TD'));
      await page.click('#draw-graph');
      await page.waitForSelector('#drawing svg');
      expect(await page.locator('#drawing svg').textContent()).to.include('convMatmul').and.not.to.include('conv2d');
      await page.selectOption('#stage', 'written');
      await page.waitForFunction(() => document.querySelector('#drawing svg')!.textContent!.includes('conv2d'));
      await page.selectOption('#form', 'text');
      await page.selectOption('#stage', 'optimized');
      await settled(page);
      await screenshot('program-light');
    });

    it('another view when an arrow key asks for it', async () => {
      await page.focus('#tab-model');
      await page.keyboard.press('ArrowRight');
      expect(await page.locator('#digits').isVisible()).to.equal(true);
      expect(await page.locator('#program').isVisible()).to.equal(false);
      expect(await page.evaluate(() => document.activeElement!.id)).to.equal('tab-digits');
    });

    it('all of it on a phone, in the dark', async () => {
      await page.emulateMedia({ colorScheme: 'dark' });
      for (const [size, width] of [['', 1200], ['-phone', 390]] as const) {
        await page.setViewportSize({ width, height: 844 });
        for (const tab of ['digits', 'filters', 'program', 'model']) {
          await page.click(`#tab-${tab}`);
          await settled(page);
          expect(await page.evaluate(() => document.documentElement.scrollWidth), `${tab} at ${width}`).to.be.at.most(width);
          await screenshot(`${tab}-dark${size}`);
        }
      }
    });

    it('no complaint in the console, and asks for nothing from elsewhere', () => {
      expect(complaints).to.deep.equal([]);
    });
  });
});
