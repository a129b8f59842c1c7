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

/** As much of WebGL 2 as is used. */
export interface Gl2 {
  readonly TEXTURE_2D: number;
  readonly TEXTURE0: number;
  readonly R32F: number;
  readonly RED: number;
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
  /** The elements of a handle, with some more at the end; null where this device reads otherwise. */
  read(handle: ResidentHandle): Float32Array | null;
}

/** Width and height of the texture in which gpu.js folds a row of elements. */
function textureSize(length: number): [number, number] {
  const sqrt = Math.sqrt(length);
  let [high, low] = [Math.ceil(sqrt), Math.floor(sqrt)];
  while (high * low < length) low = Math.ceil(length / --high);
  return [low, Math.ceil(length / low)];
}

/**
 * Textures of one number a texel, as gpu.js makes them of results: an upload by a kernel needs a program for each size, which takes longer
 * to build than to run, and gpu.js reads four numbers for each. Null where results have another form (WebGL 1).
 *
 * @param sample - a result of five elements.
 * @throws Error where gpu.js folds them in another way than 2.24.1.
 */
export function glTextures(gl: Gl2, sample: ResidentHandle): Transfer | null {
  const { constructor: Handle, kernel, internalFormat, textureFormat, size } = sample as GlHandle;
  if (gl.R32F === undefined || internalFormat !== gl.R32F) return null;
  if (Array.from(size).join() !== textureSize(5).join()) throw new Error(`gpu.js folds five elements in ${Array.from(size).join(' x ')}`);
  // The last unit, which no kernel has an argument on.
  const unit = gl.TEXTURE0 + gl.getParameter(gl.MAX_COMBINED_TEXTURE_IMAGE_UNITS) - 1;
  const framebuffer = gl.createFramebuffer();
  return {
    upload(data) {
      const [width, height] = textureSize(data.length);
      const texels = width * height === data.length ? data : new Float32Array(width * height);
      if (texels !== data) texels.set(data);
      const texture = gl.createTexture();
      gl.activeTexture(unit);
      gl.bindTexture(gl.TEXTURE_2D, texture);
      for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
      for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
      gl.texStorage2D(gl.TEXTURE_2D, 1, internalFormat, width, height);
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, textureFormat, gl.FLOAT, texels);
      return new Handle({ texture, size: Int32Array.of(width, height), dimensions: [data.length, 1, 1], output: [data.length], context: gl, internalFormat, textureFormat, kernel });
    },
    read(handle) {
      const { texture, size: at } = handle as GlHandle;
      gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
      gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
      if (gl.getParameter(gl.IMPLEMENTATION_COLOR_READ_FORMAT) !== gl.RED) return null;
      const texels = new Float32Array(at[0]! * at[1]!);
      gl.readPixels(0, 0, at[0]!, at[1]!, gl.RED, gl.FLOAT, texels);
      return texels;
    },
  };
}
