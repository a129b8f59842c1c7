import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { transform } from 'esbuild';
import { checkValue, printsAs, showsAs } from './support/expected-text.js';
import { isTyped, moduleOf, separator, snippetsOfPage, snippetsOfSource, type Snippet } from './support/snippets.js';
import { packages, root } from './support/workspace.js';

/** How many pieces of code each file may mark no-run. */
const notRunAllowed: Record<string, number> = {
  'packages/test-support/src/skip.ts': 1,
};

const modules = join(root, 'dist-test/snippets');

function filesUnder(dir: string, ending: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.includes('node_modules'))
    .map((name) => join(dir, name))
    .sort();
}

const pages = [
  ...['README.md', 'CONTRIBUTING.md'].map((name) => join(root, name)),
  ...filesUnder(join(root, 'docs'), '.md'),
  ...filesUnder(join(root, 'examples'), '.md'),
  ...packages().map(({ dir }) => join(dir, 'README.md')),
].filter((path) => existsSync(path));
const sources = packages().flatMap(({ dir }) => filesUnder(join(dir, 'src'), '.ts'));

const found = [
  ...pages.map((path) => ({ file: relative(root, path), ...snippetsOfPage(relative(root, path), readFileSync(path, 'utf8')) })),
  ...sources.map((path) => ({ file: relative(root, path), ...snippetsOfSource(relative(root, path), readFileSync(path, 'utf8')) })),
];
const snippets = found.flatMap((file) => file.snippets);

const moduleFile = ({ place }: Snippet, ending: string): string =>
  join(modules, `${place.replaceAll(/[^\w.-]/g, '_')}.${ending}`);

/** Links to files of the repository. A link to a test file has the title of a test, or its beginning, as its text. */
const linksOf = (page: string): { text: string; to: string }[] =>
  [...page.replaceAll(/^ *```[\s\S]*?^ *```/gm, '').matchAll(/\[([^\]]+)\]\(([^)#]+)[^)]*\)/g)]
    .map(([, text = '', to = '']) => ({ text, to }))
    .filter(({ to }) => !to.includes('://'));

/** Runs a module in a thread; gives what it printed. Fails where it throws or, as tests of `node:test` do, sets an exit code. */
function run(module: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./support/snippet-worker.js', import.meta.url), {
      workerData: { module: pathToFileURL(module).href },
      stdout: true,
      stderr: true,
    });
    let printed = '';
    worker.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    worker.on('error', reject);
    worker.on('exit', (code) => (code === 0 ? resolve(printed) : reject(new Error(`exit code ${code}\n${printed.slice(-4000)}`))));
  });
}

describe('the code in the documents', () => {
  before(() => {
    rmSync(modules, { recursive: true, force: true });
    mkdirSync(modules, { recursive: true });
    for (const snippet of snippets.filter(isTyped)) writeFileSync(moduleFile(snippet, 'ts'), moduleOf(snippet));
  });

  it('is marked no-run only where this test says so', () => {
    const notRun = found.filter((file) => file.notRun > 0).map((file) => [file.file, file.notRun]);
    expect(Object.fromEntries(notRun)).to.deep.equal(notRunAllowed);
  });

  it('has the right types', function () {
    this.timeout(120_000);
    const compilerOptions = { noEmit: true, composite: false, emitDeclarationOnly: false, types: ['node'], noUnusedLocals: false, noUncheckedIndexedAccess: false, lib: ['ES2023', 'ESNext.Disposable', 'DOM'] };
    const config = { extends: '../../tsconfig.base.json', compilerOptions, include: ['*.ts'] };
    writeFileSync(join(modules, 'tsconfig.json'), JSON.stringify(config));
    try {
      if (snippets.some(isTyped)) execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', modules]);
    } catch (error) {
      expect.fail(String((error as { stdout?: Buffer }).stdout ?? error));
    }
  });

  for (const snippet of snippets) {
    it(`runs: ${snippet.place}`, async () => {
      const { code } = await transform(moduleOf(snippet), { loader: 'ts', format: 'esm', target: 'es2022' });
      const module = moduleFile(snippet, 'mjs');
      writeFileSync(module, code);
      const printed = (await run(module)).split(`${separator}\n`);
      snippet.parts.forEach(({ output, line }, index) => {
        if (output === undefined || printsAs(printed[index] ?? '', output)) return;
        expect(printed[index]?.trim(), `what the code at line ${line} prints`).to.equal(output.trim());
      });
    });
  }
});

describe('the links in the documents', () => {
  for (const path of pages) {
    const links = linksOf(readFileSync(path, 'utf8'));
    if (links.length === 0) continue;
    it(`lead somewhere: ${relative(root, path)}`, () => {
      const lost = links.filter(({ to }) => !existsSync(join(dirname(path), to))).map(({ to }) => to);
      expect(lost).to.deep.equal([]);
    });

    const tests = links.filter(({ to }) => to.endsWith('.test.ts'));
    if (tests.length === 0) continue;
    it(`name tests that exist: ${relative(root, path)}`, () => {
      const lost = tests.filter(({ text, to }) => !readFileSync(join(dirname(path), to), 'utf8').includes(text)).map(({ text, to }) => `${to}: ${text}`);
      expect(lost).to.deep.equal([]);
    });
  }
});

describe('the test of the documents', () => {
  it('joins the fences of a page until one has imports, and keeps what they print', () => {
    const page = '```ts\nconst a = 1;\n```\nthen\n```ts\nconsole.log(a);\n```\n```text output\n1\n```\n```js\nimport "x";\n```\n```sh\nls\n```';
    const { snippets: [first, second, ...others] } = snippetsOfPage('page.md', page);
    expect(first?.parts.map(({ code, output }) => [code, output])).to.deep.equal([
      ['const a = 1;\n', undefined],
      ['console.log(a);\n', '1\n'],
    ]);
    expect(second?.place).to.equal('page.md:12');
    expect(others).to.deep.equal([]);
  });

  it('takes an @example up to the next tag', () => {
    const source = '/**\n * Adds.\n * @example\n * add(1, 2); // => 3\n *\n * @throws never\n */\n/** @example no-run\n * x\n */';
    const { snippets: examples, notRun } = snippetsOfSource('add.ts', source);
    expect(examples).to.deep.equal([{ place: 'add.ts:4', parts: [{ line: 4, code: 'add(1, 2); // => 3' }] }]);
    expect(notRun).to.equal(1);
    expect(moduleOf(examples[0] as Snippet)).to.include('checkValue(add(1, 2), "3");');
  });

  it('sees a wrong value and a wrong output', () => {
    expect(showsAs(new Float32Array([1, 2]), 'Float32Array [1, 2]')).to.equal(true);
    expect(showsAs(new Float32Array([1, 2]), '[1, 2]')).to.equal(false);
    expect(showsAs([[0.123456]], '[[0.12…]]')).to.equal(true);
    expect(() => checkValue(3, '4')).to.throw('the document says 4, the value is 3');
    expect(printsAs('took 12 ms\nok\n', 'took … ms\nok')).to.equal(true);
    expect(printsAs('took 12 ms\nbad\n', 'took … ms\nok')).to.equal(false);
  });
});
