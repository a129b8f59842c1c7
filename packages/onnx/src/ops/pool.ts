import { avgPool2d, localResponseNormalization, max, maxPool2d, mean, reshape, transpose, type Tensor } from '@unfoldjs/core';
import type { Call } from '../run/call.js';
import type { OnnxOps } from './onnx-op.js';
import { slideOf, windowsOf } from './windows.js';

const attributes = ['auto_pad', 'ceil_mode', 'dilations', 'kernel_shape', 'pads', 'strides'];

function pool(call: Call, run: (x: Tensor, options: ReturnType<typeof slideOf> & { ceilMode: boolean; dataFormat: 'NCHW' }) => Tensor): Tensor {
  const x = call.tensor(0);
  if (x.rank !== 3 && x.rank !== 4) call.refuse(`it has ${x.rank - 2} spatial axes`, 'only pools over one or two axes are read');
  if (call.outputs > 1 && call.node.outputs[1] !== '') call.refuse('it gives the places of its maxima', 'only the maxima themselves are read');
  const kernel = call.attrs.ints('kernel_shape', null) ?? call.refuse('it has no `kernel_shape`', 'check the model with `onnx.checker`');
  const slide = slideOf(windowsOf(call, x.shape.slice(2), kernel));
  const options = { ...slide, ceilMode: call.attrs.int('ceil_mode', 0) === 1, dataFormat: 'NCHW' as const };
  if (x.rank === 4) return run(x, options);
  const [n, c, w] = x.shape as readonly [number, number, number];
  const y = run(reshape(x, [n, c, 1, w]), options);
  return reshape(y, [n, c, y.shape[3]!]);
}

const spatialAxes = (x: Tensor): number[] => x.shape.slice(2).map((_, axis) => axis + 2);

/** `size` channels around each: `depthRadius` counts those to one side. */
function lrn(call: Call): Tensor {
  const { attrs } = call;
  const size = attrs.int('size', 0);
  if (size % 2 === 0) call.refuse(`its \`size\` is ${size}`, 'only odd sizes are read');
  const x = call.tensor(0);
  if (x.rank !== 4) call.refuse(`it has ${x.rank - 2} spatial axes`, 'only images are read');
  const y = localResponseNormalization(transpose(x, [0, 2, 3, 1]), { depthRadius: (size - 1) / 2, bias: attrs.float('bias', 1), alpha: attrs.float('alpha', 0.0001) / size, beta: attrs.float('beta', 0.75) });
  return transpose(y, [0, 3, 1, 2]);
}

export const poolOps: OnnxOps = {
  MaxPool: { attributes: [...attributes, 'storage_order'], run: (call) => pool(call, maxPool2d) },
  AveragePool: { attributes: [...attributes, 'count_include_pad'], run: (call) => pool(call, (x, options) => avgPool2d(x, { ...options, countIncludePad: call.attrs.int('count_include_pad', 0) === 1 })) },
  GlobalAveragePool: { attributes: [], run: (call) => mean(call.tensor(0), { axes: spatialAxes(call.tensor(0)), keepDims: true }) },
  GlobalMaxPool: { attributes: [], run: (call) => max(call.tensor(0), { axes: spatialAxes(call.tensor(0)), keepDims: true }) },
  LRN: { attributes: ['alpha', 'beta', 'bias', 'size'], run: lrn },
};
