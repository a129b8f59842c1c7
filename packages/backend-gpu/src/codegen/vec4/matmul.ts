import { sizeOf, stridesOf } from '@unfoldjs/core';
import { writeEpilogue } from '../epilogue.js';
import { quads } from '../four.js';
import { affine, gridOf } from '../index-math.js';
import { Bindings, type KernelSource, type SourceCall } from '../kernel-source.js';
import { divided, packMatrices, packQuads, pick } from './pack.js';
import { apart, fitTextures, quadCaller, quadFunction, sixteenProducts, texel, type Sides } from './texels.js';

/**
 * A product on textures of four elements a texel, the left one along the depth, the right one along the columns: five reads for sixteen
 * products. Matrices of a batch lie one under the other. Null where that is not worth it.
 */
export function matmulQuads(call: SourceCall): KernelSource[] | null {
  const { attrs, inputs, output, facts } = call;
  const [a, b] = [inputs[0]!.type.shape, inputs[1]!.type.shape];
  const [m, n] = output.shape.slice(-2) as [number, number];
  const k = attrs.transposeA ? a.at(-2)! : a.at(-1)!;
  const batch = output.shape.slice(0, -2);
  if (output.dtype !== 'float32' || n < 4 || k < 8 || m * n * k < 4096) return null;
  // One right matrix for all, or one for each of the left ones.
  const [leftCount, rightCount] = [sizeOf(a.slice(0, -2)), sizeOf(b.slice(0, -2))];
  const count = sizeOf(batch);
  if (leftCount !== count || (rightCount !== 1 && rightCount !== count)) return null;
  const [deep, wide] = [quads(k), quads(n)];
  const [rowA, stepA] = attrs.transposeA ? [1, m] : [k, 1];
  const [stepB, columnB] = attrs.transposeB ? [1, k] : [n, 1];
  const leftTexture: Sides = [deep, m * count];
  const { texture: rightTexture, kernel: right } = packMatrices(inputs[1]!, { count: rightCount, rows: k, columns: n, steps: [k * n, stepB, columnB] });
  const results: Sides = [wide, m * count];
  if (!fitTextures(leftTexture, rightTexture, results)) return null;

  const left = packQuads(inputs[0]!, leftTexture, {
    size: k,
    step: stepA,
    lines: divided('z', 'row', 'this.thread.y', m),
    address: affine([['z', m * k], ['row', rowA], ['this.thread.x', 4 * stepA]]),
    position: 'this.thread.x * 4',
  });
  const products: KernelSource = {
    name: 'matmul',
    reason: 'four elements a texel, four columns a thread, in GLSL',
    source: quadCaller,
    native: quadFunction([
      ...(rightCount === 1 ? ['int k = 0;'] : [...apart('z', 'row', 'y', m), `int k = z * ${deep * 4};`]),
      'vec4 sum = vec4(0.0);',
      `for (int depth = 0; depth < ${deep}; depth++) {`,
      `vec4 v = ${texel(call, 'a0', leftTexture, 'depth', 'y')};`,
      ...sixteenProducts(call, rightTexture, 'x'),
      '}',
      'return sum;',
    ]),
    output: results,
    components: 4,
    arguments: [{ kernel: 0 }, { kernel: 1 }],
  };

  const grid = gridOf(output.shape, facts);
  const bindings = new Bindings(call);
  const sums = bindings.kernel(2);
  const [row, column] = grid.axes.slice(-2) as [string, string];
  const strides = stridesOf(batch).map((stride) => stride * m);
  const epilogue = writeEpilogue(call, bindings, grid.axes);
  const finish: KernelSource = {
    name: `results${epilogue.name}`,
    reason: 'quadruples taken apart',
    source: bindings.functionOf([
      ...grid.lines,
      ...divided('four', 'lane', column === '0' ? '0.0' : column, 4),
      `const v = ${sums}[${affine([...grid.axes.slice(0, -2).map((axis, i) => [axis, strides[i]!] as const), [row, 1]])}][four];`,
      `const sum = ${pick('lane')};`,
      ...epilogue.lines,
      `return ${epilogue.result};`,
    ]),
    output: grid.output,
    arguments: bindings.list,
  };
  return [left, right, products, finish];
}
