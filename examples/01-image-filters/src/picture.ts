import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { convertIndexedToRgb, decode as decodePng, encode as encodePng, hasPngSignature, type DecodedPng } from 'fast-png';
import jpeg from 'jpeg-js';
import { messageOf, UserError } from './user-error.js';

/** Pixels with 8 bits a channel, row-major: red, green, blue. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

const maxMegapixels = 100;

/** Reads a PNG (any colour type and depth) or JPEG. What is transparent stands on white. @throws UserError where it cannot. */
export function loadPicture(path: string): Picture {
  let file: Buffer;
  try {
    file = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : messageOf(error);
    throw new UserError(`Cannot read ${path}: ${reason}.`);
  }
  return decodePicture(file, path);
}

/** Decodes the bytes of a file by their signature, whatever its name. @throws UserError naming `path`. */
export function decodePicture(file: Uint8Array, path: string): Picture {
  const decode = hasPngSignature(file) ? fromPng : file[0] === 0xff && file[1] === 0xd8 ? fromJpeg : null;
  if (!decode) throw new UserError(`Cannot read ${path}: ${kindOf(file)}. Fix: give a PNG or a JPEG.`);
  let picture: Picture;
  try {
    picture = decode(file);
  } catch (error) {
    throw new UserError(`Cannot read ${path}: it is damaged or uses a feature that is not supported (${messageOf(error)}).`);
  }
  if (picture.width * picture.height === 0) throw new UserError(`Cannot read ${path}: it has no pixels.`);
  return picture;
}

/** The picture with no side longer than `maxSide`: means of squares of pixels. The same picture where it fits already. */
export function shrink(picture: Picture, maxSide: number): Picture {
  const factor = Math.ceil(Math.max(picture.width, picture.height) / maxSide);
  if (factor <= 1) return picture;
  const [width, height] = [Math.ceil(picture.width / factor), Math.ceil(picture.height / factor)];
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < rgb.length; i++) {
    const [row, column, channel] = [Math.floor(i / (3 * width)), Math.floor(i / 3) % width, i % 3];
    let sum = 0;
    let count = 0;
    for (let y = row * factor; y < Math.min((row + 1) * factor, picture.height); y++) {
      for (let x = column * factor; x < Math.min((column + 1) * factor, picture.width); x++, count++) sum += picture.rgb[(y * picture.width + x) * 3 + channel]!;
    }
    rgb[i] = Math.round(sum / count);
  }
  return { width, height, rgb };
}

/** Pixels of 8 bits as a PNG: 1 channel (grey, or counting into a palette) or 3. */
export const toPng = ({ data, width, height, palette }: { data: Uint8Array; width: number; height: number; palette?: readonly (readonly number[])[] }): Uint8Array =>
  encodePng({ width, height, data, depth: 8, channels: data.length / (width * height), ...(palette ? { palette: palette.map((colour) => [...colour]) } : {}) }, { zlib: { level: 4 } });

/** Writes a file and the folders above it. @throws UserError where it cannot. */
export function writeFile(path: string, content: Uint8Array | string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  } catch (error) {
    throw new UserError(`Cannot write ${path}: ${messageOf(error)}.`);
  }
}

const signatures: readonly (readonly [string, string])[] = [
  ['GIF8', 'a GIF'],
  ['BM', 'a BMP'],
  ['RIFF', 'a WebP or another RIFF file'],
  ['II*\0', 'a TIFF'],
  ['MM\0*', 'a TIFF'],
  ['<svg', 'an SVG'],
];

function kindOf(file: Uint8Array): string {
  if (file.length === 0) return 'it is empty';
  const start = String.fromCharCode(...file.subarray(0, 12));
  const known = signatures.find(([signature]) => start.startsWith(signature));
  return known ? `it is ${known[1]}` : start.slice(4, 8) === 'ftyp' ? 'it is an AVIF, HEIC or video file' : 'it is neither a PNG nor a JPEG';
}

function fromJpeg(file: Uint8Array): Picture {
  const { width, height, data } = jpeg.decode(file, { useTArray: true, formatAsRGBA: false, tolerantDecoding: false, maxResolutionInMP: maxMegapixels, maxMemoryUsageInMB: 2048 });
  return { width, height, rgb: data };
}

function fromPng(file: Uint8Array): Picture {
  const size = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const pixels = file.length >= 24 ? size.getUint32(16) * size.getUint32(20) : 0;
  if (pixels > maxMegapixels * 1e6) throw new Error(`${Math.round(pixels / 1e6)} megapixels; ${maxMegapixels} is the limit`);
  const png = decodePng(file, { checkCrc: true });
  const { width, height } = png;
  const samples = png.palette ? convertIndexedToRgb(png) : toEightBits(png);
  const channels = samples.length / (width * height);
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const at = pixel * channels;
    const alpha = channels % 2 === 0 ? samples[at + channels - 1]! / 255 : isKeyColour(png, pixel) ? 0 : 1;
    for (let c = 0; c < 3; c++) rgb[pixel * 3 + c] = Math.round(255 + (samples[at + (channels > 2 ? c : 0)]! - 255) * alpha);
  }
  return { width, height, rgb };
}

/** Samples of 1, 2, 4 and 16 bits as 8 bits; rows of less than 8 bits a sample begin at a byte. */
function toEightBits({ width, height, depth, channels, data }: DecodedPng): Uint8Array {
  if (depth === 8) return Uint8Array.from(data);
  if (depth === 16) return Uint8Array.from(data, (sample) => Math.round(sample / 257));
  const rowBytes = Math.ceil((width * channels * depth) / 8);
  const max = 2 ** depth - 1;
  const out = new Uint8Array(width * height * channels);
  for (let i = 0; i < out.length; i++) {
    const row = Math.floor(i / (width * channels));
    const bit = (i % (width * channels)) * depth;
    const byte = data[row * rowBytes + (bit >> 3)]!;
    out[i] = Math.round((255 * ((byte >> (8 - depth - (bit & 7))) & max)) / max);
  }
  return out;
}

/** A PNG without an alpha channel may name one colour that is transparent, in the depth of its samples. */
function isKeyColour({ transparency, channels, depth, data, palette }: DecodedPng, pixel: number): boolean {
  if (palette || !transparency || transparency.length < channels || depth < 8) return false;
  for (let c = 0; c < channels; c++) if (data[pixel * channels + c] !== transparency[c]) return false;
  return true;
}
