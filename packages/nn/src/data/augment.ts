import { checkRange } from '../check.js';
import type { Random } from './random.js';

/** Height, width, channels of one picture. */
export type PictureShape = readonly [height: number, width: number, channels: number];

/** Changes one picture (row-major, channels last) by chance. It must not write to `pixels`. */
export type Augment = (pixels: Float32Array, shape: PictureShape, random: Random) => Float32Array;

export interface AugmentOptions {
  /** Largest shift in each direction, in pixels, fractions included. Default: 0. */
  readonly shift?: number;
  /** Largest rotation to either side, in degrees. Default: 0. */
  readonly rotate?: number;
  /** Largest change of size: 0.1 is from 0.9 to 1.1 times. Default: 0. */
  readonly zoom?: number;
  /** Mirrors left and right in half of the cases. Never for digits or letters. Default: false. */
  readonly flip?: boolean;
  /** Deviation of normal noise on every number, in the unit of the pixels. Default: 0. */
  readonly noise?: number;
  /** The value of what comes into the picture from outside of it. Default: 0. */
  readonly fill?: number;
}

/**
 * An augmentation: shift, rotation, zoom and mirror as one affine map with bilinear interpolation, then noise. Each is drawn uniformly
 * up to its limit (noise: normally).
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a limit outside its range.
 * @example
 * import { augmentation, randomAt } from '@unfoldjs/nn';
 * const moved = augmentation({ shift: 1 });
 * moved(Float32Array.of(0, 0, 1, 0), [2, 2, 1], randomAt(7)).length; // => 4
 */
export function augmentation(options: AugmentOptions = {}): Augment {
  const { shift = 0, rotate = 0, zoom = 0, flip = false, noise = 0, fill = 0 } = options;
  checkRange('augmentation', 'shift', shift, 0, 1e6);
  checkRange('augmentation', 'rotate', rotate, 0, 180);
  checkRange('augmentation', 'zoom', zoom, 0, 0.9);
  checkRange('augmentation', 'noise', noise, 0, 1e6);
  checkRange('augmentation', 'fill', fill, -1e9, 1e9);
  const isMoved = shift > 0 || rotate > 0 || zoom > 0 || flip;
  return (pixels, shape, random) => {
    // Every number is drawn whatever the options are, so that one option does not change what another does.
    const [dy, dx] = [random.between(-shift, shift), random.between(-shift, shift)];
    const angle = (random.between(-rotate, rotate) * Math.PI) / 180;
    const size = 1 + random.between(-zoom, zoom);
    const mirror = random.uniform() < 0.5 && flip ? -1 : 1;
    const [cos, sin] = [Math.cos(angle) / size, Math.sin(angle) / size];
    const moved = isMoved ? resample(pixels, shape, { yy: cos, yx: -sin * mirror, xy: sin, xx: cos * mirror, dy, dx }, fill) : Float32Array.from(pixels);
    if (noise > 0) for (let i = 0; i < moved.length; i++) moved[i]! += noise * random.normal();
    return moved;
  };
}

/** Where a pixel of the result comes from, relative to the centre: y' = yy (y - dy) + yx (x - dx), x' = xy (y - dy) + xx (x - dx). */
interface Affine {
  readonly yy: number;
  readonly yx: number;
  readonly xy: number;
  readonly xx: number;
  readonly dy: number;
  readonly dx: number;
}

function resample(pixels: Float32Array, [height, width, channels]: PictureShape, { yy, yx, xy, xx, dy, dx }: Affine, fill: number): Float32Array {
  const out = new Float32Array(pixels.length);
  const [centreY, centreX] = [(height - 1) / 2, (width - 1) / 2];
  const at = (y: number, x: number, channel: number): number => (y < 0 || y >= height || x < 0 || x >= width ? fill : pixels[(y * width + x) * channels + channel]!);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [fromY, fromX] = [y - centreY - dy, x - centreX - dx];
      const sourceY = centreY + yy * fromY + yx * fromX;
      const sourceX = centreX + xy * fromY + xx * fromX;
      const [top, left] = [Math.floor(sourceY), Math.floor(sourceX)];
      const [down, right] = [sourceY - top, sourceX - left];
      for (let channel = 0; channel < channels; channel++) {
        const above = (1 - right) * at(top, left, channel) + right * at(top, left + 1, channel);
        const below = (1 - right) * at(top + 1, left, channel) + right * at(top + 1, left + 1, channel);
        out[(y * width + x) * channels + channel] = (1 - down) * above + down * below;
      }
    }
  }
  return out;
}
