import type { ResidentHandle } from './gpujs.js';

/** What gpu.js 2.24.1 makes of a result in WebGL. */
interface GlHandle extends ResidentHandle {
  readonly texture: object;
  readonly size: ArrayLike<number>;
  readonly kernel: object;
  readonly internalFormat: number;
  readonly textureFormat: number;
  readonly constructor: new (settings: object) => GlHandle;
}

/** As much of WebGL as is used. */
export interface Gl {
  readonly TEXTURE_2D: number;
  readonly TEXTURE0: number;
  /** In WebGL 2 only. */
  readonly R32F: number | undefined;
  readonly RED: number | undefined;
  readonly RGBA: number;
  readonly FLOAT: number;
  readonly FRAMEBUFFER: number;
  readonly COLOR_ATTACHMENT0: number;
  readonly NEAREST: number;
  readonly CLAMP_TO_EDGE: number;
  readonly TEXTURE_MIN_FILTER: number;
  readonly TEXTURE_MAG_FILTER: number;
  readonly TEXTURE_WRAP_S: number;
  readonly TEXTURE_WRAP_T: number;
  readonly MAX_COMBINED_TEXTURE_IMAGE_UNITS: number;
  readonly IMPLEMENTATION_COLOR_READ_FORMAT: number;
  activeTexture(unit: number): void;
  bindTexture(target: number, texture: object | null): void;
  createTexture(): object;
  texParameteri(target: number, name: number, value: number): void;
  texImage2D(target: number, level: number, format: number, width: number, height: number, border: 0, dataFormat: number, type: number, data: Float32Array): void;
  texStorage2D(target: number, levels: number, format: number, width: number, height: number): void;
  texSubImage2D(target: number, level: number, x: number, y: number, width: number, height: number, format: number, type: number, data: Float32Array): void;
  createFramebuffer(): object;
  bindFramebuffer(target: number, framebuffer: object | null): void;
  framebufferTexture2D(target: number, attachment: number, textureTarget: number, texture: object, level: number): void;
  readPixels(x: number, y: number, width: number, height: number, format: number, type: number, into: Float32Array): void;
  getParameter(name: number): number;
}

/** Brings elements to the device and back without a kernel. */
export interface Transfer {
  upload(data: Float32Array): ResidentHandle;
  /** The elements of a handle, with some more at the end. */
  read(handle: ResidentHandle): Float32Array;
}

/** Width and height of the texture in which gpu.js folds a row of elements. */
function textureSize(length: number): [number, number] {
  const sqrt = Math.sqrt(length);
  let [high, low] = [Math.ceil(sqrt), Math.floor(sqrt)];
  while (high * low < length) low = Math.ceil(length / --high);
  return [low, Math.ceil(length / low)];
}

/** The first of each four numbers. */
function everyFourth(data: Float32Array): Float32Array {
  const firsts = new Float32Array(data.length / 4);
  for (let i = 0; i < firsts.length; i++) firsts[i] = data[4 * i]!;
  return firsts;
}

/**
 * Textures as gpu.js makes them of results: an upload by a kernel needs a program for each size, which takes longer to build than to run. A
 * texel has one number in WebGL 2; in WebGL 1 it has room for four, of which the first is used.
 *
 * @param sample - a result of five elements.
 * @throws Error where gpu.js folds them in another way than 2.24.1.
 */
export function glTextures(gl: Gl, sample: ResidentHandle): Transfer {
  const { constructor: Handle, kernel, internalFormat, textureFormat, size } = sample as GlHandle;
  const isSingle = gl.R32F !== undefined && internalFormat === gl.R32F;
  if (!isSingle && internalFormat !== gl.RGBA) throw new Error(`gpu.js gives textures of format ${internalFormat}`);
  if (Array.from(size).join() !== textureSize(5).join()) throw new Error(`gpu.js folds five elements in ${Array.from(size).join(' x ')}`);
  // The last unit, which no kernel has an argument on.
  const unit = gl.TEXTURE0 + gl.getParameter(gl.MAX_COMBINED_TEXTURE_IMAGE_UNITS) - 1;
  const framebuffer = gl.createFramebuffer();
  return {
    upload(data) {
      const [width, height] = textureSize(data.length);
      const texels = isSingle && width * height === data.length ? data : new Float32Array(width * height * (isSingle ? 1 : 4));
      if (!isSingle) for (let i = 0; i < data.length; i++) texels[4 * i] = data[i]!;
      else if (texels !== data) texels.set(data);
      const texture = gl.createTexture();
      gl.activeTexture(unit);
      gl.bindTexture(gl.TEXTURE_2D, texture);
      for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
      for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
      if (isSingle) {
        gl.texStorage2D(gl.TEXTURE_2D, 1, internalFormat, width, height);
        gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, textureFormat, gl.FLOAT, texels);
      } else {
        gl.texImage2D(gl.TEXTURE_2D, 0, internalFormat, width, height, 0, textureFormat, gl.FLOAT, texels);
      }
      return new Handle({ texture, size: Int32Array.of(width, height), dimensions: [data.length, 1, 1], output: [data.length], context: gl, internalFormat, textureFormat, kernel });
    },
    read(handle) {
      const { texture, size: at } = handle as GlHandle;
      gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
      gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
      // Beside four numbers a texel, which all devices read, each has one format of its own choice.
      const isRed = isSingle && gl.getParameter(gl.IMPLEMENTATION_COLOR_READ_FORMAT) === gl.RED;
      const texels = new Float32Array(at[0]! * at[1]! * (isRed ? 1 : 4));
      gl.readPixels(0, 0, at[0]!, at[1]!, isRed ? gl.RED! : gl.RGBA, gl.FLOAT, texels);
      return isRed ? texels : everyFourth(texels);
    },
  };
}
