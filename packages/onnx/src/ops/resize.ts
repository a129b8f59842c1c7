import { gather, logicalAnd, matmul, reshape, tensor, transpose, where, type Tensor } from '@unfoldjs/core';
import type { Call } from '../run/call.js';
import type { OnnxOps } from './onnx-op.js';

/** One axis of a resize. */
interface Axis {
  readonly from: number;
  readonly to: number;
  /** Pixels of the result per pixel of the input. */
  readonly scale: number;
  readonly roi: readonly [start: number, end: number];
}

type Transform = (at: number, axis: Axis) => number;

/** Where a pixel of the result lies in the input. @source https://github.com/onnx/onnx/blob/main/docs/Operators.md#resize */
const transforms: Readonly<Record<string, Transform>> = {
  half_pixel: (at, { scale }) => (at + 0.5) / scale - 0.5,
  half_pixel_symmetric: (at, { scale, from, to }) => {
    const adjustment = to / (scale * from);
    const centre = from / 2;
    return centre * (1 - adjustment) + (at + 0.5) / scale - 0.5;
  },
  pytorch_half_pixel: (at, { scale, to }) => (to > 1 ? (at + 0.5) / scale - 0.5 : 0),
  align_corners: (at, { from, to }) => (to > 1 ? (at * (from - 1)) / (to - 1) : 0),
  asymmetric: (at, { scale }) => at / scale,
  tf_half_pixel_for_nn: (at, { scale }) => (at + 0.5) / scale,
  tf_crop_and_resize: (at, { from, to, roi: [start, end] }) => (to > 1 ? start * (from - 1) + (at * (end - start) * (from - 1)) / (to - 1) : 0.5 * (start + end) * (from - 1)),
};

const nearest: Readonly<Record<string, (x: number) => number>> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

const linear = (x: number): number => Math.max(0, 1 - Math.abs(x));

/** Keys' kernel. */
const cubic =
  (a: number) =>
  (distance: number): number => {
    const x = Math.abs(distance);
    if (x <= 1) return (a + 2) * x ** 3 - (a + 3) * x ** 2 + 1;
    return x < 2 ? a * x ** 3 - 5 * a * x ** 2 + 8 * a * x - 4 * a : 0;
  };

const clamp = (at: number, size: number): number => Math.min(Math.max(at, 0), size - 1);

const isOutside = (x: number, { from }: Axis): boolean => x < 0 || x > from - 1;

/** Gives each pixel of the result its share of the input's: rows of a matrix. */
function weightsOf(axis: Axis, place: (at: number) => number, kernel: (x: number) => number, reach: number, { excludeOutside, extrapolate, antialias }: { excludeOutside: boolean; extrapolate: boolean; antialias: boolean }): Float32Array {
  const { from, to, scale } = axis;
  const weights = new Float32Array(from * to);
  const stretch = antialias && scale < 1 ? scale : 1;
  const support = reach / stretch;
  for (let at = 0; at < to; at++) {
    const x = place(at);
    if (extrapolate && isOutside(x, axis)) continue;
    const [first, last] = [Math.floor(x - support) + 1, Math.ceil(x + support) - 1];
    const found: (readonly [number, number])[] = [];
    for (let pixel = Math.min(first, Math.floor(x)); pixel <= Math.max(last, Math.floor(x)); pixel++) {
      if (excludeOutside && (pixel < 0 || pixel >= from)) continue;
      found.push([clamp(pixel, from), kernel((pixel - x) * stretch)]);
    }
    const total = excludeOutside || stretch < 1 ? found.reduce((sum, [, weight]) => sum + weight, 0) : 1;
    for (const [pixel, weight] of found) weights[at * from + pixel]! += weight / total;
  }
  return weights;
}

/** Along one axis by a matrix that knows the place of every pixel. */
function along(x: Tensor, axis: number, { from, to }: Axis, weights: Float32Array): Tensor {
  const matrix = tensor(weights, [to, from]);
  const last = x.rank - 1;
  const swap = x.shape.map((_, at) => (at === axis ? last : at === last ? axis : at));
  const turned = axis === last ? x : transpose(x, swap);
  const rows = reshape(turned, [-1, from]);
  const y = reshape(matmul(rows, matrix, { transposeB: true }), [...turned.shape.slice(0, -1), to]);
  return axis === last ? y : transpose(y, swap);
}

/** Elements of the largest matrix of shares. */
const mostWeights = 2 ** 26;

/** Sizes from scales or given: inputs whose places differ between opsets. */
function axesGiven(call: Call, shape: readonly number[]): Axis[] {
  const isUpsample = call.node.op === 'Upsample';
  const isOld = call.opset < 11 || isUpsample;
  const [roiAt, scalesAt, sizesAt] = isOld ? [-1, 1, -1] : [1, 2, 3];
  const hasElements = (at: number): boolean => at > 0 && call.has(at) && call.value(at).shape[0] !== 0;
  const listed = call.attrs.ints('axes', null)?.map((axis) => (axis < 0 ? axis + shape.length : axis)) ?? shape.map((_, axis) => axis);
  const scales = hasElements(scalesAt) ? call.ints(scalesAt) : call.attrs.floats('scales', null);
  const sizes = hasElements(sizesAt) ? call.ints(sizesAt) : null;
  const roi = hasElements(roiAt) ? call.ints(roiAt) : null;
  if (!scales && !sizes) return call.refuse('it has neither scales nor sizes', 'check the model with `onnx.checker`');
  const policy = call.attrs.text('keep_aspect_ratio_policy', 'stretch');
  const ratios = listed.map((axis, i) => (sizes ? sizes[i]! / shape[axis]! : scales![i]!));
  const common = policy === 'stretch' ? null : policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  return shape.map((from, axis) => {
    const i = listed.indexOf(axis);
    if (i < 0) return { from, to: from, scale: 1, roi: [0, 1] };
    const scale = sizes && common !== null ? common : ratios[i]!;
    const to = sizes ? (common === null ? sizes[i]! : Math.floor(scale * from + 0.5)) : Math.floor(from * scale);
    if (!(to >= 0 && from * to <= mostWeights)) call.refuse(`it makes ${from} pixels ${to}`, 'run it with smaller inputs, or check its scales and sizes');
    return { from, to, scale, roi: roi ? [roi[i]!, roi[listed.length + i]!] : [0, 1] };
  });
}

function resize(call: Call): Tensor {
  const { attrs } = call;
  const x = call.tensor(0);
  const isOld = call.opset < 11 || call.node.op === 'Upsample';
  const name = isOld ? 'asymmetric' : attrs.text('coordinate_transformation_mode', 'half_pixel');
  const transform = transforms[name] ?? call.refuse(`its \`coordinate_transformation_mode\` is ${JSON.stringify(name)}`, `use one of ${Object.keys(transforms).join(', ')}`);
  const mode = attrs.text('mode', 'nearest');
  const rounding = isOld ? 'floor' : attrs.text('nearest_mode', 'round_prefer_floor');
  const round = nearest[rounding] ?? call.refuse(`its \`nearest_mode\` is ${JSON.stringify(rounding)}`, `use one of ${Object.keys(nearest).join(', ')}`);
  const extrapolate = name === 'tf_crop_and_resize';
  const kernel = mode === 'cubic' ? { weight: cubic(attrs.float('cubic_coeff_a', -0.75)), reach: 2 } : { weight: linear, reach: 1 };
  if (!['nearest', 'linear', 'bilinear', 'cubic'].includes(mode)) call.refuse(`its \`mode\` is ${JSON.stringify(mode)}`, 'use nearest, linear or cubic');
  const axes = axesGiven(call, x.shape);
  const resized = axes.reduce((y: Tensor, axis, at) => {
    const place = (pixel: number): number => transform(pixel, axis);
    if (axis.to === axis.from && Array.from({ length: axis.to }, (_, i) => place(i)).every((found, i) => found === i)) return y;
    if (mode === 'nearest' && !extrapolate) return gather(y, tensor(Int32Array.from({ length: axis.to }, (_, i) => clamp(round(place(i)), axis.from)), undefined, 'int32'), { axis: at });
    const own = mode === 'nearest' ? { weight: (d: number) => Number(d === 0), reach: 1 } : kernel;
    const at0 = mode === 'nearest' ? (pixel: number) => round(place(pixel)) : place;
    return along(y, at, axis, weightsOf(axis, at0, own.weight, own.reach, { excludeOutside: attrs.int('exclude_outside', 0) === 1, extrapolate, antialias: attrs.int('antialias', 0) === 1 }));
  }, x);
  const beyond = attrs.float('extrapolation_value', 0);
  if (!extrapolate || beyond === 0) return resized;
  const inside = axes.map((axis, at) => {
    const found = Uint8Array.from({ length: axis.to }, (_, i) => Number(!isOutside(transform(i, axis), axis)));
    return tensor(found, axes.map(({ to }, other) => (other === at ? to : 1)), 'bool');
  });
  return where(inside.reduce((a, b) => logicalAnd(a, b)), resized, beyond);
}

export const resizeOps: OnnxOps = {
  Resize: {
    attributes: ['antialias', 'axes', 'coordinate_transformation_mode', 'cubic_coeff_a', 'exclude_outside', 'extrapolation_value', 'keep_aspect_ratio_policy', 'mode', 'nearest_mode'],
    knownInputs: [1, 2, 3],
    since: 10,
    run: resize,
  },
  Upsample: { attributes: ['mode', 'scales'], knownInputs: [1], run: resize },
};
