import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { version } from '@unfoldjs/core';

describe('version', () => {
  it('is the one of package.json', () => {
    const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    expect(manifest).to.have.property('version', version);
  });
});
