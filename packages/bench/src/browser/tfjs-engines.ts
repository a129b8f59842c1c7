import { Unavailable } from '../bench.js';
import type { Engine } from '../engines/engine.js';
import { sessionOf, type Tf } from '../engines/tfjs-session.js';

export const tfjsBackends = ['webgl', 'webgpu'] as const;

/** TensorFlow.js as a page loads it; both backends are in one bundle. */
export const tfjsEngines: readonly Engine[] = tfjsBackends.map((backend) => ({
  id: `tfjs-${backend}`,
  name: `TensorFlow.js ${backend}`,
  threads: 1,
  promise: 'half-digits',
  async open() {
    // Resolved in the folder of the peers, when the page is bundled.
    const tf = (await import('@tensorflow/tfjs')) as unknown as Tf;
    await import('@tensorflow/tfjs-backend-webgpu');
    await tf.setBackend(backend);
    await tf.ready();
    if (tf.getBackend() !== backend) throw new Unavailable(`it came up as ${tf.getBackend()}`);
    return sessionOf(tf, 1);
  },
}));
