import { setBackend, UnfoldError, type Backend } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { gpu } from '@unfoldjs/backend-gpu';
import { wasm } from '@unfoldjs/backend-wasm';
import { modeRuns, skip } from '@unfoldjs/test-support';
import { expect } from 'chai';
import { checkResults } from '../src/check.js';
import { linearResults, type LinearResults } from '../src/filter-bank.js';
import { filters, type ResultName, type Results } from '../src/filters.js';
import { emboss, gaborBank, gaussian, gaussianColumn, laplacian, sharpen, sobelX, sobelY, transposed, type Kernel } from '../src/kernels.js';
import { type Picture } from '../src/picture.js';
import { pixelsOf, runBank, runReferee } from '../src/run-bank.js';

const sizes = [[1, 1], [1, 5], [6, 1], [2, 2], [7, 6], [12, 9]] as const;

function pictureOf(width: number, height: number): Picture {
  const rgb = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * i * 31 + i * 7 + 13) % 256);
  return { width, height, rgb };
}

/** Planes of rows of numbers. */
type Plane = number[][];

/** The convolution that every result is checked against: loops, the nearest pixel beyond the edge. Weights are rounded to float32 as tensors are. */
function loops(x: Plane, kernel: Kernel, { stride = 1, dilation = 1 } = {}): Plane {
  const [height, width] = [x.length, x[0]!.length];
  const clamp = (at: number, size: number): number => Math.max(0, Math.min(size - 1, at));
  return Array.from({ length: Math.ceil(height / stride) }, (_, i) =>
    Array.from({ length: Math.ceil(width / stride) }, (_, j) => {
      let sum = 0;
      kernel.forEach((row, di) =>
        row.forEach((weight, dj) => {
          const y = clamp(i * stride + (di - (kernel.length - 1) / 2) * dilation, height);
          const z = clamp(j * stride + (dj - (row.length - 1) / 2) * dilation, width);
          sum += x[y]![z]! * Math.fround(weight);
        }),
      );
      return sum;
    }),
  );
}

const planes = ({ rgb, width, height }: Picture): Plane[] =>
  [0, 1, 2].map((c) => Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => rgb[(y * width + x) * 3 + c]! / 255)));

const interleaved = (channels: readonly Plane[]): number[] => channels[0]!.flatMap((row, y) => row.flatMap((_, x) => channels.map((plane) => plane[y]![x]!)));
const mapPlane = (plane: Plane, map: (value: number) => number): Plane => plane.map((row) => row.map(map));
const clip = (value: number): number => Math.max(0, Math.min(1, value));

/** The linear part of the bank by loops. */
function expected(picture: Picture): Record<keyof LinearResults, number[]> {
  const rgb = planes(picture);
  const [red, green, blue] = rgb as [Plane, Plane, Plane];
  const weights = [0.2126, 0.7152, 0.0722].map(Math.fround) as [number, number, number];
  const grey = red.map((row, y) => row.map((value, x) => value * weights[0] + green[y]![x]! * weights[1] + blue[y]![x]! * weights[2]));
  const column = gaussianColumn(2.5);
  return {
    blur: interleaved(rgb.map((plane) => loops(loops(plane, column), transposed(column)))),
    sharpen: interleaved(rgb.map((plane) => mapPlane(loops(plane, sharpen), clip))),
    sobel: interleaved([loops(grey, sobelX), loops(grey, sobelY)]),
    laplacian: interleaved([loops(grey, laplacian)]),
    emboss: interleaved([mapPlane(loops(grey, emboss), (value) => clip(value + 0.5))]),
    gabor: interleaved(gaborBank.map((kernel) => loops(grey, kernel))),
    half: interleaved([loops(grey, gaussian(1), { stride: 2 })]),
    atrous: interleaved([loops(grey, laplacian, { dilation: 4 })]),
    coarse: interleaved([loops(grey, emboss, { stride: 2, dilation: 3 })]),
  };
}

/** Both sides are float64 sums of at most 100 terms whose absolute values stay under 8: gamma_120 of float64 times 8 each. */
const float64Bound = 2 * 8 * 120 * 2 ** -53;

describe('the filter bank', () => {
  for (const [width, height] of sizes) {
    it(`is what plain loops compute, in float64, on ${width} x ${height} pixels`, async () => {
      const picture = pictureOf(width, height);
      await setBackend(cpu({ precision: 'float64' }));
      const linear = linearResults(pixelsOf(picture));
      for (const [name, values] of Object.entries(expected(picture)) as [keyof LinearResults, number[]][]) {
        const data = await linear[name].tensor.data();
        expect(data, name).to.have.length(values.length);
        const off = Math.max(...values.map((value, i) => Math.abs(value - data[i]!)));
        expect(off, name).to.be.at.most(float64Bound);
      }
    });
  }

  it('takes length, direction and strongest orientation from the convolutions', async () => {
    const picture = pictureOf(7, 6);
    const { exact } = await runReferee(picture);
    const at = (name: ResultName, i: number): number => exact[name].data[i]!;
    for (let i = 0; i < 42; i++) {
      expect(at('magnitude', i)).to.be.closeTo(Math.hypot(at('sobel', 2 * i), at('sobel', 2 * i + 1)), 1e-12);
      expect(at('direction', i)).to.be.closeTo(Math.atan2(at('sobel', 2 * i + 1), at('sobel', 2 * i)), 1e-6);
      const answers = gaborBank.map((_, c) => Math.abs(at('gabor', gaborBank.length * i + c)));
      expect(at('energy', i)).to.equal(Math.max(...answers));
      expect(at('orientation', i)).to.equal(answers.indexOf(Math.max(...answers)));
    }
  });

  it('can be drawn whatever the size of the picture', async () => {
    for (const [width, height] of sizes) {
      const { exact } = await runReferee(pictureOf(width, height));
      for (const filter of filters) {
        const image = filter.draw(exact);
        expect(image.palette ? [1] : [1, 3], filter.id).to.include(image.data.length / (image.width * image.height));
      }
    }
  });
});

const modes = [
  { mode: 'cpu', open: () => cpu().open() },
  { mode: 'wasm', open: () => wasm({ precision: 'exact' }).open() },
  { mode: 'gpu:webasm', open: () => gpu({ mode: 'webasm' }).open() },
] as const;

for (const { mode, open } of modes) {
  describe(`the filter bank on ${mode}`, () => {
    let backend: Backend;

    before(async function () {
      try {
        backend = await open();
      } catch (error) {
        if (error instanceof UnfoldError && error.code === 'NO_BACKEND') skip(this, { mode, reason: error.problem });
        throw error;
      }
      modeRuns(mode);
    });
    after(() => backend?.dispose());

    for (const [width, height] of sizes) {
      it(`stays within the derived bound on ${width} x ${height} pixels`, async () => {
        const picture = pictureOf(width, height);
        const referee = await runReferee(picture);
        const { results } = await runBank(picture, backend);
        for (const [name, { share }] of Object.entries(checkResults(results, referee))) expect(share, name).to.be.at.most(1);
      });
    }
  });
}

describe('the check against the bound', () => {
  it('finds an error that is just too large, a NaN and a wrong choice', async () => {
    const picture = pictureOf(7, 6);
    const referee = await runReferee(picture);
    const resultsWith = (name: ResultName, index: number, value: number): Results => {
      const data = Float64Array.from(referee.exact[name].data);
      data[index] = value;
      return { ...referee.exact, [name]: { ...referee.exact[name], data } };
    };
    const share = (name: ResultName, index: number, value: number): number => checkResults(resultsWith(name, index, value), referee)[name].share;
    const value = referee.exact.laplacian.data[5]!;
    const bound = referee.bounds.laplacian[5]!;
    expect(share('laplacian', 5, value + 0.99 * bound)).to.be.within(0.98, 1);
    expect(share('laplacian', 5, value + 1.01 * bound)).to.be.within(1, 1.02);
    expect(share('laplacian', 5, NaN)).to.equal(Infinity);
    const answers = Array.from(referee.exact.gabor.data).slice(0, gaborBank.length).map(Math.abs);
    expect(share('orientation', 0, answers.indexOf(Math.min(...answers)))).to.be.greaterThan(1);
    expect(share('orientation', 0, gaborBank.length)).to.equal(Infinity);
  });
});
