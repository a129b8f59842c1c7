import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import * as functions from '@unfoldjs/core/functions';
import { adapters } from './golden/adapters.js';
import { opsPage, publicFunctions } from './support/ops-page.js';
import { root } from './support/workspace.js';

const path = join(root, 'docs/ops.md');

describe('docs/ops.md', () => {
  it('is what the sources and the golden cases say (UNFOLD_WRITE_DOCS=1 writes it)', () => {
    const page = opsPage();
    if (process.env['UNFOLD_WRITE_DOCS'] === '1') writeFileSync(path, page);
    expect(existsSync(path) ? readFileSync(path, 'utf8') : 'no file').to.equal(page);
  });

  it('lists functions that are there, and every function that a golden case uses', () => {
    const names = publicFunctions().map(({ name }) => name);
    expect(names.length).to.be.greaterThan(120);
    for (const name of names) expect(functions, name).to.have.property(name).that.is.a('function');
    for (const { uses } of Object.values(adapters)) expect(names).to.include.members([...uses]);
  });
});
