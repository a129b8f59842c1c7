import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { builtInOps, referenceKernels } from '@unfoldjs/core/reference';

const ops = fileURLToPath(new URL('../src/ops', import.meta.url));

/** The names that the sources of the ops give to `defineOp` and to what stands for it. */
const defined = readdirSync(ops, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .flatMap((path) => [...readFileSync(join(ops, path), 'utf8').matchAll(/export const \w+Op = (?:\/\* @__PURE__ \*\/ )?\w+(?:<[^>]*>)?\(\{\s*name: '(\w+)'/g)].map(([, name]) => name!));

describe('the table of built-in ops', () => {
  it('has every op that a source defines', () => {
    expect(defined.length).to.be.greaterThan(90);
    expect([...builtInOps.keys()]).to.include.members(defined);
  });

  it('has an op for every reference kernel, and a reference kernel for every primitive', () => {
    const kernels = Object.keys(referenceKernels);
    expect([...builtInOps.keys()]).to.include.members(kernels);
    const primitives = [...builtInOps.values()].filter(({ isPrimitive, isView }) => isPrimitive && !isView).map(({ name }) => name);
    expect(kernels).to.include.members(primitives);
  });
});
