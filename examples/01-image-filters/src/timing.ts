import { conv2d, setBackend, tensor, type Backend } from '@unfoldjs/core';
import { formatNumber, formatRatio, formatTime, fusedKernels, interleave, median, nest4, nestedLoops, ratioOf, textTable, withoutKernels } from '@unfoldjs/measure';
import { deviation, linearBounds } from './bound.js';
import { gaborBank, magnitudes, type Kernel } from './kernels.js';
import type { Picture } from './picture.js';
import { UserError } from './user-error.js';

/** What was timed and what came out. */
export interface Timing {
  /** The convolution, in words. */
  readonly workload: string;
  readonly rows: readonly TimingRow[];
}

export interface TimingRow {
  readonly name: string;
  readonly medianMs: number;
  readonly gflops: number;
  /** Against the nested loops; null for themselves. */
  readonly ratio: string | null;
}

const maxSide = 192;

/** Grey values of the middle of a picture, at most 192 pixels a side. */
function middleOf({ rgb, width, height }: Picture): { grey: Float32Array; width: number; height: number } {
  const [w, h] = [Math.min(width, maxSide), Math.min(height, maxSide)];
  const [left, top] = [(width - w) >> 1, (height - h) >> 1];
  const grey = new Float32Array(w * h);
  for (let i = 0; i < grey.length; i++) {
    const at = 3 * ((top + Math.floor(i / w)) * width + left + (i % w));
    grey[i] = (0.2126 * rgb[at]! + 0.7152 * rgb[at + 1]! + 0.0722 * rgb[at + 2]!) / 255;
  }
  return { grey, width: w, height: h };
}

const flatFilters = (kernels: readonly Kernel[]): Float32Array => Float32Array.from(kernels[0]!.flatMap((row, i) => row.flatMap((_, j) => kernels.map((kernel) => kernel[i]![j]!))));

/**
 * The Gabor bank on the middle of the picture: seven nested loops, then on each backend im2col + matmul and the fused kernel. Each call
 * starts from resident data and ends with the result on the host. All outputs are checked against the loops before anything is timed.
 *
 * @throws UserError where an output is outside of its bound.
 */
export async function timeConvolutions(picture: Picture, backends: readonly Backend[], rounds: number, onSample: (detail: string) => void): Promise<Timing> {
  const { grey, width, height } = middleOf(picture);
  const size = gaborBank[0]!.length;
  const [inputShape, filterShape] = [[1, height, width, 1] as const, [size, size, 1, gaborBank.length] as const];
  const weights = flatFilters(gaborBank);
  const flops = 2 * height * width * size * size * gaborBank.length;

  const [nestedX, nestedW] = [nest4(grey, inputShape), nest4(weights, filterShape)];
  const exact = nestedLoops(nestedX, nestedW).flat(3);
  const absolute = nestedLoops(nestedX, nest4(flatFilters(gaborBank.map(magnitudes)), filterShape)).flat(3);
  const bounds = linearBounds(absolute, size * size);

  const candidates = [{ name: 'nested loops', run: (): unknown => nestedLoops(nestedX, nestedW) }];
  for (const backend of backends) {
    const forms = [
      ['im2col + matmul', withoutKernels(backend, fusedKernels)],
      ['fused', backend],
    ] as const;
    for (const [form, target] of forms) {
      const name = `${backend.name}, ${form}`;
      await setBackend(target);
      const x = await tensor(grey, inputShape).to(target);
      const w = await tensor(weights, filterShape).to(target);
      const run = (): Promise<ArrayLike<number>> => conv2d(x, w, { padding: 'same' }).data();
      const { share } = deviation(await run(), exact, bounds);
      if (!(share <= 1)) throw new UserError(`${name} is wrong: its error is ${formatNumber(share)} times what float32 allows. Nothing was timed.`);
      candidates.push({ name, run });
    }
  }

  const samples = await interleave(candidates, { rounds, onSample: (done, total, name) => onSample(`sample ${done + 1} of ${total}, ${name}`) });
  return {
    workload: `${inputShape.join('x')} * ${filterShape.join('x')}, SAME: the Gabor bank on the middle of the picture`,
    rows: candidates.map(({ name }, i) => ({
      name,
      medianMs: median(samples[i]!),
      gflops: flops / median(samples[i]!) / 1e6,
      ratio: i === 0 ? null : formatRatio(ratioOf(samples[0]!, samples[i]!)),
    })),
  };
}

export const timingHeader = ['convolution', 'median', 'GFLOP/s', 'speed against the loops (quartiles)'] as const;

export const timingCells = ({ name, medianMs, gflops, ratio }: TimingRow): string[] => [name, formatTime(medianMs), formatNumber(gflops), ratio ?? '1'];

export const timingText = ({ workload, rows }: Timing): string => `${workload}\n${textTable(timingHeader, rows.map(timingCells))}`;
