import { dirname, join } from 'node:path';
import { compile, evaluate, tensor, type Backend, type Tensor } from '@unfoldjs/core';
import { importOnnx } from '@unfoldjs/onnx';
import { readBytes } from '../files.js';
import type { Engine } from './engine.js';

/** Unfold on a backend that is open. @param path - where the model lies, and its weights, where those are other files */
export const unfold = ({ name, device }: Backend, path: string): Engine => ({
  name: `Unfold, ${name} (${device.label})`,
  open: async () => async (bytes) => {
    const model = await importOnnx(bytes, { readExternal: (location) => readBytes(join(dirname(path), location), 'bench') });
    const run = compile((...inputs: Tensor[]) => model.apply(model.params, inputs));
    return async (feeds) => {
      const inputs = feeds.map(({ data, shape, dtype }) => tensor(data, shape, dtype));
      const results = await run(...inputs);
      await evaluate(...results);
      const found = await Promise.all(results.map((result) => result.data()));
      for (const each of [...results, ...inputs]) each.dispose();
      return new Map(model.outputs.map((output, i) => [output.name, found[i]!]));
    };
  },
});
