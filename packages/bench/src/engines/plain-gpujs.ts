import { Unavailable } from '../bench.js';
import type { Engine, Session } from './engine.js';

type Elements = Float32Array | readonly Elements[];
type Kernel = (...args: readonly unknown[]) => Elements | Promise<Elements>;

/** As much of gpu.js as is used. */
interface GpuJs {
  readonly GPU: new (settings: { mode: string }) => { createKernel(source: string, settings: { output: readonly number[]; precision: 'single'; loopMaxIterations?: number }): Kernel };
  readonly input: (data: Float32Array, size: readonly number[]) => unknown;
}

const flat = (elements: Elements): number[] => (elements instanceof Float32Array ? [...elements] : elements.flatMap(flat));

const sessionOf = ({ GPU, input }: GpuJs, mode: string): Session => {
  const gpu = new GPU({ mode });
  return {
    facts: { mode },
    async matmul(size, a, b) {
      const kernel = gpu.createKernel(
        `function (a, b) {
          let sum = 0;
          for (let i = 0; i < ${size}; i++) { sum += a[this.thread.y][i] * b[i][this.thread.x]; }
          return sum;
        }`,
        { output: [size, size], precision: 'single' },
      );
      return { run: async () => kernel(input(a, [size, size]), input(b, [size, size])), read: async (result) => flat(result as Elements) };
    },
    async network({ input: [batch, height, width, channels], layers }, x, params) {
      const [layer, ...more] = layers;
      if (more.length > 0 || layer?.kind !== 'conv' || batch !== 1 || layer.stride !== 1 || layer.dilation !== 1 || layer.depthwise) throw new Unavailable('it has one kernel, for a plain convolution of one image');
      const [rows, columns, , outputs] = layer.filters;
      const kernel = gpu.createKernel(
        `function (x, w) {
          let sum = 0;
          for (let kh = 0; kh < ${rows}; kh++) {
            for (let kw = 0; kw < ${columns}; kw++) {
              const iy = this.thread.z + kh - ${(rows - 1) >> 1};
              const ix = this.thread.y + kw - ${(columns - 1) >> 1};
              if (iy >= 0 && iy < ${height} && ix >= 0 && ix < ${width}) {
                for (let c = 0; c < ${channels}; c++) {
                  sum += x[iy][ix][c] * w[(kh * ${columns} + kw) * ${channels} + c][this.thread.x];
                }
              }
            }
          }
          return sum;
        }`,
        { output: [outputs, width, height], precision: 'single' },
      );
      const filters = params[0]!.kernel;
      return {
        run: async () => kernel(input(x, [channels, width, height]), input(filters, [outputs, rows * columns * channels])),
        read: async (result) => flat(result as Elements),
      };
    },
  };
};

/** gpu.js as its README shows it: one thread an output. */
export const plainGpuJs = (mode: 'webasm' | 'webgl2' | 'webgpu'): Engine => ({
  id: `gpujs-${mode}`,
  name: `gpu.js, one thread an output, ${mode}`,
  threads: 1,
  promise: 'half-digits',
  async open() {
    const loaded = (await import('gpu.js')) as unknown as GpuJs & { default?: GpuJs };
    return sessionOf(loaded.default ?? loaded, mode);
  },
});
