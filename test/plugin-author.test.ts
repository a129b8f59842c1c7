import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { linkDependency, node, packInto } from './support/packed.js';
import { publishedPackages, root } from './support/workspace.js';

const needed: Readonly<Record<string, readonly string[]>> = { '@unfoldjs/core': ['immer'], '@unfoldjs/backend-testkit': ['fast-check'] };

const suite = `
import { after, before, describe, it } from 'node:test';
import { backendSuite } from '@unfoldjs/backend-testkit';
import { plugin } from './backend.js';

backendSuite({ describe, it, before, after, name: 'plugin', backend: plugin, runs: 3 });
`;

const ownOp = `
import { after, before, describe, it } from 'node:test';
import { backendSuite, opSuite, ruleSuite } from '@unfoldjs/backend-testkit';
import { operands } from '@unfoldjs/backend-testkit/arbitraries';
import { apply, defineOp, refuseDType } from '@unfoldjs/core';
import { defineRule, named, once, op, steps } from '@unfoldjs/core/rules';
import { plugin } from './backend.js';

const twice = defineOp({
  name: 'twice',
  args: ['x'],
  infer([x]) {
    if (x.dtype === 'bool') throw refuseDType('x', 'it is bool.', 'cast it first.');
    return x;
  },
  decompose: ([x]) => x.add(x),
  gradient: ({ dy }) => [dy.mul(2)],
});
const own = { op: twice, dtypes: ['float32', 'int32'], plans: operands(1) };
opSuite({ describe, it, ...own, refuses: [{ inputs: [{ dtype: 'bool', shape: [2] }], attrs: {}, code: 'DTYPE_MISMATCH', argument: 'x' }], runs: 10 });
backendSuite({ describe, it, before, after, name: 'plugin', backend: plugin, ops: [own], runs: 1 });
const rule = defineRule({
  name: 'fourfold',
  match: () => op(twice, once(named('inner', op(twice)))),
  rewrite: ({ inner }, graph) => graph.tensors(([x]) => x.mul(4), [graph.node(inner.inputs[0])]),
});
ruleSuite({ describe, it, rule: { rule, because: 'doubling twice is once by four', saves: steps, build: (draw) => { const t = apply(twice, [draw.input(draw.shape(2))], {}); return apply(twice, [t], {}); } }, runs: 20 });
`;

describe('the author of a plugin, in an empty folder outside of the workspace', function () {
  this.timeout(120_000);
  let folder = '';

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'unfold-plugin-'));
    for (const pkg of publishedPackages()) {
      const dependencies = needed[pkg.manifest.name];
      if (!dependencies) continue;
      packInto(folder, pkg);
      for (const name of dependencies) linkDependency(folder, name, pkg);
    }
    copyFileSync(join(root, 'examples/06-plugin-backend/src/backend.ts'), join(folder, 'backend.ts'));
    writeFileSync(join(folder, 'conformance.test.js'), suite);
    writeFileSync(join(folder, 'own-op.test.js'), ownOp);
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'plugin', type: 'module' }));
    const compilerOptions = { strict: true, noUncheckedIndexedAccess: true, target: 'ES2022', lib: ['ES2023', 'ESNext.Disposable'], module: 'NodeNext', types: [] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['backend.ts'] }));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('compiles the backend of example 06 with the packed types', () => {
    expect(node(folder, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'])).to.equal('');
    expect(existsSync(join(folder, 'backend.js'))).to.equal(true);
  });

  it('passes the packed suite with it, in the test runner of Node', () => {
    const printed = node(folder, ['--test', '--test-reporter=tap', 'conformance.test.js']);
    const count = (what: string): number => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(printed)?.[1]);
    expect(count('pass'), printed).to.be.above(150);
    expect(count('fail')).to.equal(0);
    expect(printed).to.include('plugin leaves out:');
  });

  it('passes the packed laws with an op and a rule of its own', () => {
    const printed = node(folder, ['--test', '--test-reporter=tap', 'own-op.test.js']);
    expect(printed).to.match(/^# fail 0$/m);
    for (const title of ['op twice', 'own ops', 'gradients of own ops', 'rule fourfold']) expect(printed).to.include(`# Subtest: ${title}`);
  });
});
