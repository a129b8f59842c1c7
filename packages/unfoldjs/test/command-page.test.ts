import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { skip } from '@unfoldjs/test-support';
import { Folder } from './support/command.js';
import { unreadable } from './support/models.js';
import { missing, publishedPath } from '@unfoldjs/test-support/published-models';
import { sevenPng } from './support/seven.js';

const page = readFileSync(fileURLToPath(new URL('../../../docs/command-line.md', import.meta.url)), 'utf8');

interface Example {
  readonly args: readonly string[];
  readonly out: string;
  readonly err: string;
}

/** The calls of the page, each with what it says that they print. */
const examples: readonly Example[] = [...page.matchAll(/^```sh\nunfold ([^\n]+)\n```\n\n```text\n([\s\S]*?)^```(?:\n\n```text stderr\n([\s\S]*?)^```)?/gm)].map(([, args = '', out = '', err = '']) => ({ args: args.split(' '), out, err }));

/** Without what is of the machine. */
const plain = (text: string): string =>
  text
    .replaceAll(/[\d.]+ ms/g, '… ms')
    .replaceAll(/\d+ threads?/g, '… threads')
    .trim();

describe('the page of the command line', function () {
  this.timeout(60_000);
  let folder: Folder;
  before(function () {
    if (missing) skip(this, missing);
    folder = new Folder();
    copyFileSync(publishedPath('mnist-cntk.onnx'), join(folder.path, 'mnist.onnx'));
    folder.model('unreadable.onnx', unreadable);
    folder.write('seven.png', sevenPng());
    folder.write('labels.txt', 'zero\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n');
  });
  after(() => folder?.remove());

  for (const { args, out, err } of examples) {
    it(`shows what unfold ${args.join(' ')} prints`, async () => {
      const found = await folder.unfold(...args);
      expect(found.code).to.equal(err === '' ? 0 : 1);
      // Which other engines are installed is of the machine as well.
      if (args[0] === 'bench') {
        const beginning = (text: string): string[] => plain(text).split('\n').slice(0, 5).map((line) => line.replaceAll(/[ -]+/g, ' '));
        expect(beginning(found.out)).to.deep.equal(beginning(out));
      } else expect(plain(found.out)).to.equal(plain(out));
      expect(plain(found.err)).to.equal(plain(err));
    });
  }

  it('has an example of every command', () => {
    expect([...new Set(examples.map(({ args }) => args[0]))]).to.deep.equal(['inspect', 'run', 'bench', 'convert']);
  });
});
