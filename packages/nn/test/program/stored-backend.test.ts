import type { Context } from 'mocha';
import type { Backend, BackendSpec, OpDef } from '@unfoldjs/core';
import { builtInOps } from '@unfoldjs/core/reference';
import { cpu } from '@unfoldjs/backend-cpu';
import { backendSuite } from '@unfoldjs/backend-testkit';
import { wasm } from '@unfoldjs/backend-wasm';
import { readProgram, writeProgram } from '@unfoldjs/nn';
import { skip } from '@unfoldjs/test-support';

/** A backend that is given every program as a file: whatever a file loses, the suite finds. */
const throughFiles = (spec: BackendSpec, known?: ReadonlyMap<string, OpDef>): BackendSpec => ({
  name: spec.name,
  async open(): Promise<Backend> {
    const backend = await spec.open();
    return Object.assign(Object.create(backend) as Backend, {
      async compile(program: Parameters<Backend['compile']>[0]) {
        const results = program.outputs.map((value) => ({ name: String(value), value, shape: program.values[value]!.shape }));
        const stored = readProgram(writeProgram({ program, madeFor: backend.name, inputs: program.inputs.map((_, i) => `input${i}`), results }), 'file', known);
        const executable = await backend.compile(stored.program);
        // A file does not say which inputs may be taken: none is.
        return { ...executable, run: (inputs, { signal } = {}) => executable.run(inputs, signal && { signal }) } satisfies typeof executable;
      },
    });
  },
});

const runs = process.env['UNFOLD_LONG'] === '1' ? 200 : 10;
const suite = (name: string, backend: BackendSpec) => backendSuite({ describe, it, before, after, backend, name, runs, skip: (test: Context, reason) => skip(test, reason) });

suite('cpu, of programs in files that know their ops by name,', throughFiles(cpu()));
suite('cpu, of programs in files whose steps are checked,', throughFiles(cpu(), builtInOps));
suite('wasm, of programs in files that know their ops by name,', throughFiles(wasm({ precision: 'exact' })));
