import { badArgument } from '@unfoldjs/core';
import { csvParseRows, dsvFormat } from 'd3-dsv';
import { badFile, checkWhole } from './checks.js';
import { labelled, type Dataset } from './dataset.js';

export interface CsvOptions {
  /** Height, width, channels of a picture: a row holds this many numbers, row-major, channels last, and a label. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** Where the label stands in a row. Default: 'last'. */
  readonly label?: 'first' | 'last' | undefined;
  /** Whether the first row names the columns. Default: it does where its first cell is not a number. */
  readonly header?: boolean | undefined;
  /** What stands between cells. Default: ','. */
  readonly delimiter?: string | undefined;
  /** The number of the file that stands for 1: 255 for bytes, 16 for the digits of UCI. Default: 1. */
  readonly scale?: number | undefined;
  /** Names of the classes; labels may be these names or their numbers. Default: '0', '1', ... */
  readonly classes?: readonly string[] | undefined;
}

/**
 * A dataset of CSV text (RFC 4180, by d3-dsv): one row a picture, with its label. Empty lines are skipped.
 *
 * @param name what messages call the file.
 * @throws {UnfoldError} INVALID_FILE naming the line for a row of the wrong length or a cell that is not a number; DATA_MISMATCH for a
 * label without a class; INVALID_ARGUMENT for bad options.
 * @example
 * import { parseCsv } from '@unfoldjs/nn';
 * const { images, labels } = parseCsv('a,b,class\n0,16,1\n8,4,0', { shape: [1, 2, 1], scale: 16 });
 * images.data; // => Float32Array [0, 1, 0.5, 0.25]
 * labels; // => Int32Array [1, 0]
 */
export function parseCsv(text: string, options: CsvOptions, name = 'text'): Dataset {
  const { shape, label = 'last', header, delimiter = ',', scale = 1, classes } = options;
  for (const dim of shape) checkWhole('parseCsv', 'shape', dim, 1);
  if (delimiter.length !== 1 || '"\n\r'.includes(delimiter)) throw badArgument('parseCsv', 'delimiter', `${JSON.stringify(delimiter)} is not one character between cells.`, "use ',', ';' or '\\t'.");
  if (!Number.isFinite(scale) || scale === 0) throw badArgument('parseCsv', 'scale', `${scale} is not a finite number other than 0.`, 'give the number that stands for 1.');
  const [height, width, channels] = shape;
  const pixels = height * width * channels;
  const labelAt = label === 'first' ? 0 : pixels;
  const firstPixel = label === 'first' ? 1 : 0;
  const images: Float32Array[] = [];
  const labels: number[] = [];

  // Rows become numbers one by one: the cells of a whole file as strings would need many times its size.
  const read = (row: readonly string[], index: number): undefined => {
    if (row.length === 1 && row[0]!.trim() === '') return undefined;
    if (index === 0 && (header ?? !isNumber(row[firstPixel] ?? ''))) return undefined;
    const problem = (what: string) => badFile('parseCsv', name, `row ${index + 1} ${what}.`, `every row needs ${pixels} numbers and its label, which stands ${label}.`);
    if (row.length !== pixels + 1) throw problem(`has ${row.length} cells, not ${pixels + 1}`);
    const image = new Float32Array(pixels);
    for (let i = 0; i < pixels; i++) {
      const cell = row[firstPixel + i]!;
      if (!isNumber(cell)) throw problem(`has ${JSON.stringify(cell.slice(0, 40))} in cell ${firstPixel + i + 1}, which is not a number`);
      image[i] = Number(cell) / scale;
    }
    const cell = row[labelAt]!.trim();
    const named = classes?.indexOf(cell) ?? -1;
    if (named < 0 && !isNumber(cell)) throw problem(`has the label ${JSON.stringify(cell.slice(0, 40))}, which is neither a number nor one of the classes`);
    images.push(image);
    labels.push(named >= 0 ? named : Number(cell));
    return undefined;
  };
  const clean = text.startsWith('\ufeff') ? text.slice(1) : text;
  if (delimiter === ',') csvParseRows(clean, read);
  else dsvFormat(delimiter).parseRows(clean, read);

  const data = new Float32Array(images.length * pixels);
  images.forEach((image, i) => data.set(image, i * pixels));
  return { images: { data, shape: [images.length, ...shape] }, ...labelled('parseCsv', labels, classes) };
}

const isNumber = (cell: string): boolean => cell.trim() !== '' && Number.isFinite(Number(cell));
