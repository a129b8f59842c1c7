import { convertIndexedToRgb, decode as decodePng, hasPngSignature, type DecodedPng } from 'fast-png';
import jpeg from 'jpeg-js';
import { badFile } from '../data/checks.js';

/** Pixels of 8 bits, row-major, channels last: 1 channel is grey, 3 are red, green, blue. What was transparent stands on white. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

const maxMegapixels = 100;

/**
 * Decodes a PNG (any colour type and depth) or a JPEG, known by their first bytes.
 *
 * @param channels 1 makes colours grey by their luminance (ITU-R BT.601), 3 repeats grey.
 * @throws {UnfoldError} INVALID_FILE for anything else, or a picture that is damaged or larger than 100 megapixels.
 */
export function decodePicture(file: Uint8Array, channels: 1 | 3, name = 'file'): Picture {
  const isJpeg = file[0] === 0xff && file[1] === 0xd8;
  if (!isJpeg && !hasPngSignature(file)) throw badFile('decodePicture', name, 'it is neither a PNG nor a JPEG.', 'convert it, or leave it out of the folder.');
  try {
    const { width, height, rgb } = isJpeg ? rgbOfJpeg(file) : rgbOfPng(file);
    return { width, height, channels, data: channels === 3 ? rgb : luminance(rgb) };
  } catch (cause) {
    throw badFile('decodePicture', name, `it is damaged or uses a feature that is not supported (${(cause as Error).message}).`, 'open it in another program and save it again.', cause);
  }
}

interface Rgb {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

const luminance = (rgb: Uint8Array): Uint8Array => Uint8Array.from({ length: rgb.length / 3 }, (_, i) => Math.round(0.299 * rgb[3 * i]! + 0.587 * rgb[3 * i + 1]! + 0.114 * rgb[3 * i + 2]!));

function rgbOfJpeg(file: Uint8Array): Rgb {
  const { width, height, data } = jpeg.decode(file, { useTArray: true, formatAsRGBA: false, tolerantDecoding: false, maxResolutionInMP: maxMegapixels, maxMemoryUsageInMB: 2048 });
  return { width, height, rgb: data };
}

function rgbOfPng(file: Uint8Array): Rgb {
  const header = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length >= 24 && header.getUint32(16) * header.getUint32(20) > maxMegapixels * 1e6) throw new Error(`${maxMegapixels} megapixels is the limit`);
  const png = decodePng(file, { checkCrc: true });
  const { width, height } = png;
  const samples = png.palette ? convertIndexedToRgb(png) : eightBits(png);
  const channels = samples.length / (width * height);
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const at = pixel * channels;
    const alpha = channels % 2 === 0 ? samples[at + channels - 1]! / 255 : 1;
    for (let c = 0; c < 3; c++) rgb[pixel * 3 + c] = Math.round(255 + (samples[at + (channels > 2 ? c : 0)]! - 255) * alpha);
  }
  return { width, height, rgb };
}

/** Samples of 1, 2, 4 and 16 bits as 8 bits; rows of less than 8 bits a sample begin at a byte. */
function eightBits({ width, height, depth, channels, data }: DecodedPng): Uint8Array {
  if (depth === 8) return Uint8Array.from(data);
  if (depth === 16) return Uint8Array.from(data, (sample) => Math.round(sample / 257));
  const rowBytes = Math.ceil((width * channels * depth) / 8);
  const max = 2 ** depth - 1;
  return Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const bit = (i % (width * channels)) * depth;
    const byte = data[Math.floor(i / (width * channels)) * rowBytes + (bit >> 3)]!;
    return Math.round((255 * ((byte >> (8 - depth - (bit & 7))) & max)) / max);
  });
}
