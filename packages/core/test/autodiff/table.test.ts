import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const source = fileURLToPath(new URL('../../src', import.meta.url));
const table = readFileSync(join(source, 'autodiff/gradients.ts'), 'utf8');

describe('the table of gradients', () => {
  it('has every gradient that stands beside an op', () => {
    const names = readdirSync(join(source, 'ops'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .flatMap((path) => [...readFileSync(join(source, 'ops', path), 'utf8').matchAll(/^export const (\w+)Gradient: Gradient\b/gm)].map(([, name]) => name!));
    expect(names.length).to.be.greaterThan(20);
    expect(names.filter((name) => !table.includes(`pair(${name}Op, ${name}Gradient)`))).to.deep.equal([]);
  });
});
