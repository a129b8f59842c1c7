import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Backend } from '@unfoldjs/core';
import { expect } from 'chai';
import { createRows } from './differential/create.js';
import { elementwiseRows } from './differential/elementwise.js';
import { comparedGradients, uncomparedGradients } from './differential/gradients.js';
import { imageRows } from './differential/images.js';
import { linalgRows } from './differential/linalg.js';
import { normRows } from './differential/norm.js';
import { reductionRows } from './differential/reductions.js';
import { shapeRows } from './differential/shape.js';
import { chooseMode, modes } from './support/modes.js';
import { registerTfjsGradients } from './support/tfjs-gradients.js';
import { publicFunctions } from './support/ops-page.js';

const rooms = { create: createRows, elementwise: elementwiseRows, reductions: reductionRows, shape: shapeRows, linalg: linalgRows, images: imageRows, norm: normRows };

/** Why TensorFlow.js has nothing to say about these. */
const noCounterpart: Readonly<Record<string, string>> = {
  tensor: 'makes the inputs of all the others',
  scalar: 'a tensor of one element',
  randomNormal: 'its numbers are its own: tested by their published algorithm and their distribution',
  randomUniform: 'as randomNormal',
  truncatedNormal: 'as randomNormal',
  philox: 'tested against the published vectors',
  randomWords: 'as philox',
  fromPixels: 'reads pixels: tested as a round trip',
  toPixels: 'as fromPixels',
};

const long = process.env['UNFOLD_LONG'] === '1';
const seed = Number(process.env['UNFOLD_SEED'] ?? 4220);

describe('TensorFlow.js gives the same', () => {
  before(async () => {
    await tf.setBackend('cpu');
    await registerTfjsGradients();
  });

  it('for every function but those that have no counterpart', () => {
    const named = Object.values(rooms).flatMap((rows) => rows.map(({ name }) => /^\w+/.exec(name)![0]));
    const without = publicFunctions().filter(({ name }) => !named.includes(name) && !(name in noCounterpart));
    expect(without.map(({ name }) => name)).to.deep.equal([]);
  });

  it('for the gradient of every row but those of which it has none, or a wrong one', () => {
    for (const { name } of Object.values(rooms).flat()) expect(name in comparedGradients !== name in uncomparedGradients, name).to.equal(true);
  });

  for (const mode of modes) {
    const runs = long ? 2000 : mode.cases;
    describe(`as ${mode.name}, in ${runs} configurations a function`, () => {
      let backend: Backend | undefined;
      before(async function () {
        backend = await chooseMode(this, mode);
      });
      after(() => backend?.dispose());

      for (const [room, rows] of Object.entries(rooms)) {
        describe(room, () => {
          for (const { name, run, runGradient } of rows) {
            it(name, () => run(runs, seed));
            const compared = comparedGradients[name];
            if (compared) it(`${name}: its gradient`, () => runGradient(compared, Math.ceil(runs / 5), seed));
          }
        });
      }
    });
  }
});
