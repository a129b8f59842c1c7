import type { Command } from 'commander';
import { unfoldError, type Shape } from '@unfoldjs/core';
import { shapes } from '../options.js';
import { assertInputNames } from '../inputs.js';

export const declareInspect = (program: Command): void =>
  void program
    .command('inspect')
    .summary('list the nodes of a model: results, parameters, work, memory, and what cannot be read')
    .description('Lists the nodes of a model with their results, parameters and work (a multiplication and an addition are two FLOPs), then the parameters, the work and the most memory of results at a time. Nothing runs.')
    .argument('<model.onnx>', 'an ONNX model')
    .option('--shape <name=sizes>', 'the shape of an input whose sizes are free, such as input=1x3x224x224; may be given for each', shapes)
    .addHelpText('after', '\nNodes that cannot be read are listed too, each with the reason, and the exit code is 1.\n\nExample:\n  $ unfold inspect model.onnx --shape input=1x3x224x224')
    .action(inspect);

async function inspect(path: string, { shape = {} }: { readonly shape?: Readonly<Record<string, Shape>> }): Promise<void> {
  const { inspectOnnx } = await import('@unfoldjs/onnx');
  const found = await inspectOnnx(path, { shapes: shape });
  assertInputNames(found.inputs, Object.keys(shape), '--shape');
  console.log(String(found));
  if (found.free.length > 0) console.log(`give them: ${found.free.map(({ name, shape: dims }) => `--shape ${name}=${(dims ?? [1, 3, 224, 224]).map((dim, axis) => (typeof dim === 'number' ? dim : axis === 0 ? 1 : 'N')).join('x')}`).join(' ')}`);
  if (found.unsupported === 0) return;
  throw unfoldError({
    code: 'UNSUPPORTED_OP',
    op: 'inspect',
    argument: path,
    problem: `${found.unsupported} of its ${found.nodes.length} nodes cannot be read.`,
    fix: 'the table says why, node by node; export the model with operators of ai.onnx alone, or cut it before these nodes.',
  });
}
