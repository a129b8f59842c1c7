import type { Step } from '@unfoldjs/core';
import type { Local } from '../emit/function-builder.js';
import type { FunctionSpec } from '../emit/module-builder.js';
import { withEpilogue } from '../kernels/epilogue.js';
import { framed, nameOfTarget, target, type Frame, type Images, type Layout } from '../kernels/frame.js';
import { kept, operand, scratch, type Call, type Lowered, type Place } from '../plan/lowered.js';
import { packedSize, product } from '../products/product.js';
import { panelWidth } from '../products/tile.js';
import { chooseRows } from '../products/tilings.js';
import { filterTransform, inputTransform, outputTransform, positions, tileSize } from './transforms.js';

/** A convolution of stride 1 with a square window, as its tiles see it. */
export interface WinogradSpec {
  readonly step: Step;
  readonly images: Images;
  readonly places: Images;
  /** 3 or 5. */
  readonly taps: 3 | 5;
  /** Every so many pixels make an image of their own, with a convolution without gaps. */
  readonly dilation: number;
  /** The images with the zeros around them. */
  readonly frame: Frame;
  readonly layout: Layout;
  /** Where the filters' element (tap 0, depth 0, column 0) is, and elements between taps, rows and columns. */
  readonly filters: { readonly from: number; readonly tapStep: number; readonly depthStep: number; readonly columnStep: number };
  readonly fma: boolean;
}

/** Bytes of transformed tiles that stay in the second cache, beside the filters that stream by. */
const blockBytes = 320_000;

/** With fewer blocks than this, tiles are not divided among the threads but positions are. */
const fewBlocks = 8;

/** Cycles per tile, by the definition and by Winograd's, counted from the instructions of the kernels; the smaller one is chosen. */
export function isQuicker(images: Images, places: Images, taps: number, dilation: number): boolean {
  const [channels, outputs] = [images[3], places[3]];
  const size = tileSize + 1 - taps;
  const tiles = tilesAlong(places[1], size, dilation) * tilesAlong(places[2], size, dilation) * dilation ** 2;
  const productsPerCycle = 6.5;
  const direct = (places[1] * places[2] * taps ** 2 * channels * outputs) / productsPerCycle;
  const byTiles = tiles * ((positions * channels * outputs) / productsPerCycle + 30 * channels + 16 * outputs);
  return byTiles < 0.9 * direct;
}

const tilesAlong = (places: number, size: number, dilation: number): number => Math.ceil(Math.ceil(places / dilation) / size);

/** A frame that whole tiles fill. */
export function tiledFrame({ top, left }: Frame, places: Images, taps: number, dilation: number): Frame {
  const size = tileSize + 1 - taps;
  const reach = (count: number): number => (tilesAlong(count, size, dilation) * size + taps - 1) * dilation;
  return { height: reach(places[1]), width: reach(places[2]), top, left, rowStep: 1, columnStep: 1 };
}

export function winograd({ step, images, places, taps, dilation, frame: padded, filters, fma, layout }: WinogradSpec): Lowered | null {
  const [batch, , , channels] = images;
  const [, rows, columns, outputs] = places;
  const epilogue = withEpilogue(step, outputs);
  if (!epilogue) return null;
  const size = (tileSize + 1 - taps) as 2 | 4;
  const [down, across] = [tilesAlong(rows, size, dilation), tilesAlong(columns, size, dilation)];
  const { place: source, frame, calls: framing, bytes } = framed(images, tiledFrame(padded, places, taps, dilation), layout.input);
  const writesFrame = layout.output !== null && epilogue.canFrame;
  const into = target(places, writesFrame ? layout.output : null);
  const tiles = batch * dilation ** 2 * down * across;
  const inBlock = Math.min(tiles, Math.max(8, 4 * Math.floor(blockBytes / (16 * positions * (channels + outputs)))));
  const blocks = Math.ceil(tiles / inBlock);
  const isFused = blocks >= fewBlocks;
  const together = isFused ? inBlock : tiles;

  const { place: result, scratchBytes: used } = epilogue.product(into.place, bytes);
  let scratchBytes = used;
  // From one position to the next it is a little more than its matrix, so that the 36 do not fall on the same lines of the cache.
  const [inStep, outStep] = [spread(4 * together * channels), spread(4 * together * outputs)];
  const transformedBytes = positions * inStep;
  const productBytes = positions * outStep;
  const panelFloats = packedSize(channels, outputs);

  const [pixel, row] = [4 * channels, 4 * frame.width * channels];
  const intoTiles = inputTransform({ channels, pixel: dilation * pixel, row: dilation * row, position: inStep });
  const multiply = product({
    outer: { count: positions, aStep: inStep, bStep: 4 * panelFloats, cStep: outStep },
    inner: { count: 1, aStep: 0, bStep: 0, cStep: 0 },
    rows: together,
    rowStep: 4 * channels,
    resultStep: 4 * outputs,
    walk: { levels: [], length: channels, kStep: 4 },
    columns: outputs,
    epilogue: [],
    extras: [],
    tileRows: chooseRows(together, outputs, fma),
    fma,
  });
  const isCut = rows % (size * dilation) > 0 || columns % (size * dilation) > 0;
  const outOfTiles = outputTransform({
    channels: outputs,
    size,
    position: outStep,
    pixel: 4 * dilation * outputs,
    row: dilation * into.row,
    isCut,
    body: epilogue.fused.epilogue,
    extras: epilogue.fused.extras,
  });

  const tileCode = new TileCode({ down, across, dilation, size, rows, columns, outputs, resultRow: into.row, resultImage: into.image, frameRow: row, frameHeight: frame.height, pixel });
  const extraCount = epilogue.fused.extras.length;
  const layouts = epilogue.fused.extras;
  const key = JSON.stringify({ images, places, taps, dilation, frame, into: [into.row, into.image], together, body: epilogue.fused.epilogue, layouts, fma });

  const transformAll: FunctionSpec = {
    key: `winograd tiles in ${key}`,
    params: 4,
    write(code, module) {
      const [from, to] = code.params.slice(2) as [Local, Local];
      const [xs, target] = code.params as [Local, Local];
      const transform = module.indexOf(intoTiles);
      const place = code.local('i32');
      code.get(target).get(from).i32(4 * channels).op('i32.mul').op('i32.add').set(place);
      code.loop(() => code.get(from).get(to).op('i32.lt_s'), () => {
        tileCode.source(code, from, xs);
        code.get(place).call(transform);
        code.advance(place, 4 * channels).advance(from, 1);
      });
    },
  };
  const storeAll: FunctionSpec = {
    key: `winograd tiles out ${key}`,
    params: 4 + extraCount,
    write(code, module) {
      const [products, ys] = code.params as [Local, Local];
      const extras = code.params.slice(2, -2);
      const [from, to] = code.params.slice(-2) as [Local, Local];
      const store = module.indexOf(outOfTiles);
      const place = code.local('i32');
      code.get(products).get(from).i32(4 * outputs).op('i32.mul').op('i32.add').set(place);
      code.loop(() => code.get(from).get(to).op('i32.lt_s'), () => {
        const at = tileCode.target(code, from);
        code.when(at.isInside, () => {
          code.get(place).get(ys).get(at.offset).op('i32.add');
          extras.forEach((extra, e) => (layouts[e] === 'result' ? code.get(extra).get(at.offset).op('i32.add') : code.get(extra)));
          if (isCut) code.get(at.rowsLeft).get(at.columnsLeft);
          code.call(store);
        });
        code.advance(place, 4 * outputs).advance(from, 1);
      });
    },
  };
  const extraPlaces = epilogue.extras(0);
  const packed: Place = kept(0);
  let main: Call[];
  if (isFused) {
    const ownBytes = transformedBytes + productBytes;
    const block: FunctionSpec = {
      key: `winograd block ${key}`,
      params: 7 + extraCount,
      write(code, module) {
        const [xs, panels, ys] = code.params as [Local, Local, Local];
        const extras = code.params.slice(3, 3 + extraCount);
        const [own, from, to, thread] = code.params.slice(3 + extraCount) as [Local, Local, Local, Local];
        const [transformed, products, first, end] = code.locals('i32', 4) as [Local, Local, Local, Local];
        const [intoBlock, times, outOfBlock] = [module.indexOf(transformAll), module.indexOf(multiply.run), module.indexOf(storeAll)];
        code.get(own).get(thread).i32(ownBytes).op('i32.mul').op('i32.add').tee(transformed).i32(transformedBytes).op('i32.add').set(products);
        code.loop(() => code.get(from).get(to).op('i32.lt_s'), () => {
          code.get(from).i32(inBlock).op('i32.mul').tee(first).i32(inBlock).op('i32.add').set(end);
          code.when(() => code.get(end).i32(tiles).op('i32.gt_s'), () => code.i32(tiles).set(end));
          // Both loops find a tile's place from its number: what is made of the first tile of the block goes to the start of the memory.
          const start = (base: Local, bytes: number): void => void code.get(base).get(first).i32(bytes).op('i32.mul').op('i32.sub');
          code.get(xs);
          start(transformed, 4 * channels);
          code.get(first).get(end).call(intoBlock);
          code.get(transformed).get(panels).get(products).i32(0).i32(multiply.units).call(times);
          start(products, 4 * outputs);
          code.get(ys);
          for (const extra of extras) code.get(extra);
          code.get(first).get(end).call(outOfBlock);
          code.advance(from, 1);
        });
      },
    };
    main = [{ run: block, places: [source, packed, result, ...extraPlaces, scratch(scratchBytes)], units: blocks, work: multiply.work * blocks, ownBytes }];
  } else {
    const [transformed, products] = [scratch(scratchBytes), scratch(scratchBytes + transformedBytes)];
    scratchBytes += transformedBytes + productBytes;
    main = [
      { run: transformAll, places: [source, transformed], units: tiles, work: tiles * channels * positions },
      { ...multiply, places: [transformed, packed, products] },
      { run: storeAll, places: [products, result, ...extraPlaces], units: tiles, work: tiles * outputs * positions },
    ];
  }
  const { from, ...steps } = filters;
  const transform = filterTransform({ taps, depth: channels, columns: outputs, ...steps, position: panelFloats, panelWidth });
  return {
    kernel: `Winograd F(${size}x${size}, ${taps}x${taps})${nameOfTarget(writesFrame)}`,
    reason: `${epilogue.reason}; ${positions} products for ${size ** 2} results instead of ${size ** 2 * taps ** 2}${dilation > 1 ? `; every ${dilation}th pixel makes an image` : ''}`,
    writesFrame,
    calls: [...framing, ...into.calls, ...main, ...epilogue.calls(result)],
    scratchBytes,
    kept: [{ operand: 1, bytes: 4 * positions * panelFloats, calls: [{ run: transform, places: [operand(1, 4 * from), packed], units: channels, work: channels * outputs * positions }] }],
  };
}

/** A whole and odd number of cache lines. */
const spread = (bytes: number): number => (2 * Math.ceil(bytes / 128) + 1) * 64;

interface TileGrid {
  readonly down: number;
  readonly across: number;
  readonly dilation: number;
  readonly size: number;
  readonly rows: number;
  readonly columns: number;
  readonly outputs: number;
  readonly resultRow: number;
  readonly resultImage: number;
  readonly frameRow: number;
  readonly frameHeight: number;
  readonly pixel: number;
}

/** Where the tile of a number is: tiles go along a row, down, then through the interleaved images (`dilation` squared), then the batch. */
class TileCode {
  constructor(private readonly grid: TileGrid) {}

  /** Column, row, and interleaved image (across, down) of a tile, and the image of the batch, in locals. */
  #coordinates(code: Parameters<FunctionSpec['write']>[0], tile: Local): Record<'x' | 'y' | 'phaseX' | 'phaseY' | 'image', Local> {
    const { down, across, dilation } = this.grid;
    const rest = code.local('i32');
    code.get(tile).set(rest);
    const next = (count: number): Local => {
      const digit = code.local('i32');
      if (count === 1) code.i32(0).set(digit);
      else code.get(rest).i32(count).op('i32.rem_u').set(digit).get(rest).i32(count).op('i32.div_u').set(rest);
      return digit;
    };
    const [x, y, phaseX, phaseY] = [next(across), next(down), next(dilation), next(dilation)] as const;
    return { x, y, phaseX, phaseY, image: rest };
  }

  /** Leaves the address of a tile's first pixel in the frames at `base`. */
  source(code: Parameters<FunctionSpec['write']>[0], tile: Local, base: Local): void {
    const { dilation, size, frameRow, frameHeight, pixel } = this.grid;
    const { x, y, phaseX, phaseY, image } = this.#coordinates(code, tile);
    const add = (digit: Local, bytes: number): void => void code.get(digit).i32(bytes).op('i32.mul').op('i32.add');
    code.get(base);
    add(image, frameHeight * frameRow);
    add(y, size * dilation * frameRow);
    add(phaseY, frameRow);
    add(x, size * dilation * pixel);
    add(phaseX, pixel);
  }

  /** Bytes from the start of the results to a tile's first one, and how many rows and columns of it are there. */
  target(code: Parameters<FunctionSpec['write']>[0], tile: Local): { offset: Local; rowsLeft: Local; columnsLeft: Local; isInside: () => void } {
    const { dilation, size, rows, columns, outputs, resultRow, resultImage } = this.grid;
    const { x, y, phaseX, phaseY, image } = this.#coordinates(code, tile);
    const [offset, rowsLeft, columnsLeft, row, column] = code.locals('i32', 5) as [Local, Local, Local, Local, Local];
    code.get(y).i32(size * dilation).op('i32.mul').get(phaseY).op('i32.add').set(row);
    code.get(x).i32(size * dilation).op('i32.mul').get(phaseX).op('i32.add').set(column);
    code.get(image).i32(resultImage).op('i32.mul').get(row).i32(resultRow).op('i32.mul').op('i32.add').get(column).i32(4 * outputs).op('i32.mul').op('i32.add').set(offset);
    const left = (total: number, at: Local, result: Local): void =>
      void code.i32(total + dilation - 1).get(at).op('i32.sub').i32(dilation).op('i32.div_s').set(result);
    left(rows, row, rowsLeft);
    left(columns, column, columnsLeft);
    return { offset, rowsLeft, columnsLeft, isInside: () => code.get(rowsLeft).i32(0).op('i32.gt_s').get(columnsLeft).i32(0).op('i32.gt_s').op('i32.and') };
  }
}
