import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { setBackend, type Backend } from '@unfoldjs/core';
import { skip } from '@unfoldjs/test-support';
import { elementwiseRows } from './differential/elementwise.js';
import { imageRows } from './differential/images.js';
import { linalgRows } from './differential/linalg.js';
import { normRows } from './differential/norm.js';
import { reductionRows } from './differential/reductions.js';
import { shapeRows } from './differential/shape.js';
import { modes } from './support/modes.js';

const rooms = { elementwise: elementwiseRows, reductions: reductionRows, shape: shapeRows, linalg: linalgRows, images: imageRows, norm: normRows };

const long = process.env['UNFOLD_LONG'] === '1';
const seed = Number(process.env['UNFOLD_SEED'] ?? 4220);

describe('TensorFlow.js gives the same', () => {
  before(async () => {
    await tf.setBackend('cpu');
  });

  for (const { name: mode, open, isSlow } of modes) {
    const runs = long ? 2000 : isSlow ? 30 : 200;
    describe(`as ${mode}, in ${runs} configurations a function`, () => {
      let backend: Backend | undefined;
      before(async function () {
        const opened = await open();
        if ('refusal' in opened) skip(this, { mode, reason: opened.refusal });
        backend = await setBackend(opened.backend);
      });
      after(() => backend?.dispose());

      for (const [room, rows] of Object.entries(rooms)) {
        describe(room, () => {
          for (const { name, run } of rows) it(name, () => run(runs, seed));
        });
      }
    });
  }
});
