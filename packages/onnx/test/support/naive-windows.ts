// Convolutions and pools of one image, channels first, as plain loops.

export interface Image {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly data: readonly number[];
}

export interface Windows {
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
  readonly groups: number;
}

export interface Filters {
  readonly dims: readonly [number, number, number, number];
  readonly data: readonly number[];
}

const at = ({ height, width, data }: Image, c: number, h: number, w: number): number | null => (h < 0 || h >= height || w < 0 || w >= width ? null : data[(c * height + h) * width + w]!);

function imageOf(channels: number, height: number, width: number, value: (c: number, h: number, w: number) => number): Image {
  const data: number[] = [];
  for (let c = 0; c < channels; c++) for (let h = 0; h < height; h++) for (let w = 0; w < width; w++) data.push(value(c, h, w));
  return { channels, height, width, data };
}

const outputSize = (size: number, kernel: number, stride: number, dilation: number, pads: number): number => Math.floor((size + pads - (kernel - 1) * dilation - 1) / stride) + 1;

export function convOf(x: Image, { dims: [count, depth, rows, columns], data }: Filters, bias: readonly number[], { strides, dilations, pads: [top, left, bottom, right], groups }: Windows): Image {
  const height = outputSize(x.height, rows, strides[0], dilations[0], top + bottom);
  const width = outputSize(x.width, columns, strides[1], dilations[1], left + right);
  return imageOf(count, height, width, (o, h, w) => {
    let sum = bias[o]!;
    for (let c = 0; c < depth; c++) {
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          const channel = Math.floor(o / (count / groups)) * depth + c;
          sum += (at(x, channel, h * strides[0] - top + i * dilations[0], w * strides[1] - left + j * dilations[1]) ?? 0) * data[((o * depth + c) * rows + i) * columns + j]!;
        }
      }
    }
    return sum;
  });
}

/** Each pixel of the input paints its filter; `more` is what is added at the bottom and the right. */
export function convTransposeOf(x: Image, { dims: [count, depth, rows, columns], data }: Filters, bias: readonly number[], { strides, dilations, pads: [top, left, bottom, right], groups }: Windows, more: readonly [number, number]): Image {
  const height = (x.height - 1) * strides[0] + (rows - 1) * dilations[0] + 1 - top - bottom + more[0];
  const width = (x.width - 1) * strides[1] + (columns - 1) * dilations[1] + 1 - left - right + more[1];
  const result = imageOf(depth * groups, height, width, (o) => bias[o]!);
  const painted = [...result.data];
  for (let c = 0; c < count; c++) {
    const group = Math.floor(c / (count / groups));
    for (let o = 0; o < depth; o++) {
      for (let h = 0; h < x.height; h++) {
        for (let w = 0; w < x.width; w++) {
          for (let i = 0; i < rows; i++) {
            for (let j = 0; j < columns; j++) {
              const [row, column] = [h * strides[0] + i * dilations[0] - top, w * strides[1] + j * dilations[1] - left];
              if (row < 0 || row >= height || column < 0 || column >= width) continue;
              painted[((group * depth + o) * height + row) * width + column]! += at(x, c, h, w)! * data[((c * depth + o) * rows + i) * columns + j]!;
            }
          }
        }
      }
    }
  }
  return { ...result, data: painted };
}

/** `join` is given the pixels of each window that lie in the image. */
export function poolOf(x: Image, [rows, columns]: readonly [number, number], { strides, dilations, pads: [top, left, bottom, right] }: Windows, join: (values: readonly number[]) => number): Image {
  const height = outputSize(x.height, rows, strides[0], dilations[0], top + bottom);
  const width = outputSize(x.width, columns, strides[1], dilations[1], left + right);
  return imageOf(x.channels, height, width, (c, h, w) => {
    const found: number[] = [];
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const value = at(x, c, h * strides[0] - top + i * dilations[0], w * strides[1] - left + j * dilations[1]);
        if (value !== null) found.push(value);
      }
    }
    return join(found);
  });
}
