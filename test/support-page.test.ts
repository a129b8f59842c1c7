import { expect } from 'chai';
import { ieeeAccuracy, shaderAccuracy, supportOf, type OpSupport, type SupportOptions } from '@unfoldjs/backend-testkit';
import { wasm } from '@unfoldjs/backend-wasm';
import type { Backend } from '@unfoldjs/core';
import { kernelBackend, referenceKernels } from '@unfoldjs/core/reference';
import { skip, type SkipReason } from '@unfoldjs/test-support';
import { mode, modes, type Mode } from './support/modes.js';
import { readSupport, saidOf, writeSupport } from './support/support-page.js';

const named = (name: string): Mode => modes.find((each) => each.name === name)!;

const columns: Readonly<Record<string, Mode>> = {
  '`cpu`': named('cpu'),
  "`wasm`, `'exact'`": named('wasm'),
  "`wasm`, `'fast'`": mode('wasm', () => wasm({ precision: 'fast' })),
  '`gpu` `webasm`': named('gpu:webasm'),
  '`gpu` `cpu`': named('gpu:cpu'),
  '`gpu` `webgpu`': named('gpu:webgpu'),
};

const optionsOf = ({ name }: Mode): SupportOptions => ({ runs: 20, accuracy: name === 'gpu:webgpu' ? shaderAccuracy : ieeeAccuracy });

/** What a backend says of calls, on kernels that are quick to ask: right results come from the reference. */
const asked = ({ name, device, supports }: Backend): Backend => ({ ...kernelBackend({ name, kernels: referenceKernels, device }), supports });

/** What is found of a backend, opened for that; or why not: the machine has none, or another than the page speaks of. */
async function supportIn(column: Mode, under: (backend: Backend) => Backend = (backend) => backend): Promise<OpSupport[] | SkipReason> {
  const opened = await column.open();
  if ('missing' in opened) return opened.missing;
  const { backend } = opened;
  try {
    if (column.name === 'gpu:webgpu' && backend.device.fallbackReason === null) return `the page speaks of a software adapter, and this is ${backend.device.label}`;
    return await supportOf(under(backend), optionsOf(column));
  } finally {
    await backend.dispose();
  }
}

const isFound = (support: OpSupport[] | SkipReason): support is OpSupport[] => Array.isArray(support);

describe('the ops in docs/conformance.md', () => {
  before(async function () {
    if (process.env['UNFOLD_WRITE_DOCS'] !== '1') return;
    this.timeout(0);
    const found: Record<string, readonly OpSupport[]> = {};
    for (const [name, column] of Object.entries(columns)) {
      const support = await supportIn(column);
      if (!isFound(support)) throw new Error(`the table needs every backend, but: ${typeof support === 'string' ? support : support.reason}`);
      found[name] = support;
    }
    writeSupport(found);
  });

  it('has a column for each backend', () => {
    expect([...readSupport().keys()]).to.deep.equal(Object.keys(columns));
  });

  for (const [name, column] of Object.entries(columns)) {
    it(`names the ops that ${name} runs, and what it denies (UNFOLD_WRITE_DOCS=1 writes it)`, async function () {
      this.timeout(60_000);
      const support = await supportIn(column, asked);
      if (!isFound(support)) skip(this, support);
      expect(readSupport().get(name)).to.deep.equal(new Map(support.map((each) => [each.op, saidOf(each)])));
    });
  }
});
