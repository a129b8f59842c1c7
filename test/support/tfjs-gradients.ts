import { build } from 'esbuild';
import { root } from './workspace.js';

/**
 * Gives `tf.grads` its gradients. The bundle for Node of @tensorflow/tfjs-core leaves them out and its other files are no modules that
 * Node can load; so they are bundled here. They find the engine, their registry and the class Tensor, whose methods some of them call,
 * in globals, whichever copy they belong to.
 */
export async function registerTfjsGradients(): Promise<void> {
  const { outputFiles } = await build({
    stdin: {
      contents: ['register_all_gradients.js', 'public/chained_ops/register_all_chained_ops.js'].map((file) => `import '@tensorflow/tfjs-core/dist/${file}';`).join('\n'),
      resolveDir: root,
    },
    bundle: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    write: false,
    logLevel: 'error',
  });
  await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0]!.contents).toString('base64')}`);
}
