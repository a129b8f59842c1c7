import { writeBody, type Body, type Lanes } from '../elementwise/body.js';
import { loadLanes, storeLanes } from '../elementwise/lanes.js';
import type { FunctionBuilder, Local } from '../emit/function-builder.js';
import type { Kernel } from '../plan/lowered.js';
import { panelWidth, tileRegisters, writeTile, type Walk } from './tile.js';

/** Lines of rows, in two loops; bytes from one line to the next in each array. */
export interface Lines {
  readonly count: number;
  readonly aStep: number;
  readonly bStep: number;
  readonly cStep: number;
}

/** How an operand of an epilogue lies beside the result. */
export type ExtraLayout = 'scalar' | 'column' | 'result';

/**
 * A product: rows of the left operand, found by steps and walks, times a matrix in packed panels (`[panels, depth, 8]`). Rows come in
 * lines (the pixels of one row of an image), lines in an outer and an inner loop.
 */
export interface ProductSpec {
  readonly outer: Lines;
  readonly inner: Lines;
  /** Rows in a line; bytes from one to the next in the left operand and in the result. */
  readonly rows: number;
  readonly rowStep: number;
  readonly resultStep: number;
  readonly walk: Walk;
  readonly columns: number;
  /** What happens to the sums before they are stored; the first operand is the sum. */
  readonly epilogue: Body;
  readonly extras: readonly ExtraLayout[];
  /** Rows of the left operand in one tile. */
  readonly tileRows: number;
  readonly fma: boolean;
  /** Products of int32, which have no epilogue. Default false. */
  readonly isInteger?: boolean;
}

/** Bytes of a panel that stay in the first cache beside the rows they meet. */
const panelBlockBytes = 20_000;

/** Multiplications that are worth a unit of work of their own. */
const unitProducts = 200_000;

/** Tiles that meet a panel while it is in the first cache. */
const unitTiles = 24;

/** Units that are wanted, so that threads can share the work. */
const fewestUnits = 4;

const depthOf = ({ levels, length }: Walk): number => levels.reduce((product, { count }) => product * count, length);

/** Floats of the right operand in panels. */
export const packedSize = (depth: number, columns: number): number => Math.ceil(columns / panelWidth) * depth * panelWidth;

/**
 * Parameters: left operand, panels, result, operands of the epilogue, `from`, `to`. A unit is a number of lines. Where a panel is larger
 * than the first cache, the outermost loop of the walk is cut, and sums wait in the result: each is still made in the order of k.
 */
export function product(spec: ProductSpec): Kernel {
  const lines = spec.outer.count * spec.inner.count;
  const perLine = spec.rows * depthOf(spec.walk) * spec.columns;
  const wanted = Math.max(unitProducts / perLine, unitTiles / Math.ceil(spec.rows / spec.tileRows));
  // Lines of different matrices on the right share nothing.
  const sharing = spec.outer.bStep === 0 ? lines : spec.inner.count;
  const linesInUnit = Math.max(1, Math.min(Math.round(wanted), Math.ceil(lines / fewestUnits), sharing));
  return {
    run: { key: `product ${linesInUnit} ${JSON.stringify(spec)}`, params: 5 + spec.extras.length, write: (code) => writeProduct(code, spec, linesInUnit) },
    units: Math.ceil(lines / linesInUnit),
    work: lines * perLine,
  };
}

function writeProduct(code: FunctionBuilder, spec: ProductSpec, linesInUnit: number): void {
  const { outer, inner, rows, rowStep, resultStep, columns, tileRows, fma, isInteger = false } = spec;
  const walk = spec.walk.levels.length > 0 ? spec.walk : { ...spec.walk, levels: [{ count: 1, step: 0 }] };
  const depth = depthOf(walk);
  const first = walk.levels[0]!;
  const below = depth / first.count;
  const inBlock = Math.max(1, Math.min(first.count, Math.floor(panelBlockBytes / (below * 4 * panelWidth))));
  const isCut = inBlock < first.count;

  const [a, b, c] = code.params as [Local, Local, Local];
  const extras = code.params.slice(3, -2);
  const [from, to] = code.params.slice(-2) as [Local, Local];
  const [firstLine, endLine, line, left, panel, columnBytes, aTile, cTile, index] = code.locals('i32', 9) as [Local, Local, Local, Local, Local, Local, Local, Local, Local];
  const [done, rounds, roundsLeft] = code.locals('i32', 3) as [Local, Local, Local];
  const widest = columns > 4 ? 2 : 1;
  const registers = tileRegisters(code, Math.min(tileRows, rows), widest);

  const tile = (height: number, width: number): void => {
    const vectors = width > 4 ? 2 : 1;
    const sumOf = (row: number, v: number): Local => registers.sums[row * vectors + v]!;
    const each = (visit: (row: number, v: number) => void): void => {
      for (let row = 0; row < height; row++) for (let v = 0; v < vectors; v++) visit(row, v);
    };
    const zero = (): void => each((row, v) => code.floats(0).set(sumOf(row, v)));
    if (isCut) code.when(() => code.get(done), () => each((row, v) => code.get(cTile).memory('v128.load', row * resultStep + 16 * v).set(sumOf(row, v))), zero);
    else zero();
    code.get(aTile).set(registers.a).get(panel).set(registers.b);
    if (isCut) code.get(rounds).set(roundsLeft);
    writeTile(code, registers, { rows: height, vectors, rowStep, walk, fma, isInteger, ...(isCut && { outermost: roundsLeft }) });

    const store = (result: (row: number, v: number) => Lanes): void =>
      each((row, v) => storeLanes(code, cTile, result(row, v), 1, Math.min(4, width - 4 * v), row * resultStep + 16 * v));
    const plain = (row: number, v: number): Lanes => ({ local: sumOf(row, v), dtype: 'float32' });
    const finish = (): void => {
      const shared = new Map<string, Lanes>();
      const places = extras.map((extra, e) => placeOf(extra, spec.extras[e]!));
      store((row, v) =>
        writeBody(code, spec.epilogue, [
          plain(row, v),
          ...spec.extras.map((layout, e) => {
            if (layout === 'result') return loadLanes(code, places[e]!, 'float32', 1, 4, row * resultStep + 16 * v);
            const key = `${e} ${layout === 'scalar' ? 0 : v}`;
            if (!shared.has(key)) shared.set(key, loadLanes(code, places[e]!, 'float32', layout === 'scalar' ? 0 : 1, 4, layout === 'scalar' ? 0 : 16 * v));
            return shared.get(key)!;
          }),
        ]),
      );
    };
    if (spec.epilogue.length === 0) store(plain);
    else if (isCut) code.when(() => code.get(done).get(rounds).op('i32.add').i32(first.count).op('i32.ge_s'), finish, () => store(plain));
    else finish();
    code.advance(aTile, height * rowStep).advance(cTile, height * resultStep);
  };
  /** Where an operand of the epilogue has the elements of this tile's first row. */
  const placeOf = (extra: Local, layout: ExtraLayout): Local => {
    if (layout === 'scalar') return extra;
    const place = code.local('i32');
    code.get(extra);
    if (layout === 'column') code.get(columnBytes).op('i32.add').set(place);
    else code.get(cTile).get(c).op('i32.sub').op('i32.add').set(place);
    return place;
  };

  /** All lines of the unit against the panel in `panel`. */
  const panelOfLines = (width: number): void => {
    code.get(firstLine).set(line);
    code.repeat(() => {
      lineStart();
      code.times(Math.floor(rows / tileRows), () => tile(tileRows, width));
      if (rows % tileRows > 0) tile(rows % tileRows, width);
      code.advance(line, 1);
    }, () => code.get(line).get(endLine).op('i32.lt_s'));
  };
  const lineStart = (): void => {
    const address = (base: Local, step: (lines: Lines) => number, more: () => void, target: Local): void => {
      code.get(base);
      more();
      if (step(inner) !== 0) code.get(index).i32(step(inner)).op('i32.mul').op('i32.add');
      if (outer.count > 1 && step(outer) !== 0) code.get(left).i32(step(outer)).op('i32.mul').op('i32.add');
      code.set(target);
    };
    if (outer.count > 1) {
      code.get(line).i32(inner.count).op('i32.div_u').set(left);
      code.get(line).get(left).i32(inner.count).op('i32.mul').op('i32.sub').set(index);
    } else {
      code.get(line).set(index);
    }
    address(a, ({ aStep }) => aStep, () => isCut && code.get(done).i32(first.step).op('i32.mul').op('i32.add'), aTile);
    address(c, ({ cStep }) => cStep, () => code.get(columnBytes).op('i32.add'), cTile);
    address(b, ({ bStep }) => bStep, panelOffset, panel);
  };
  const panelOffset = (): void => {
    code.get(columnBytes).i32(depth).op('i32.mul').op('i32.add');
    if (isCut) code.get(done).i32(below * 4 * panelWidth).op('i32.mul').op('i32.add');
  };

  const allPanels = (): void => {
    code.i32(0).set(columnBytes);
    code.times(Math.floor(columns / panelWidth), () => {
      panelOfLines(panelWidth);
      code.advance(columnBytes, 4 * panelWidth);
    });
    if (columns % panelWidth > 0) panelOfLines(columns % panelWidth);
  };

  const lines = outer.count * inner.count;
  code.loop(() => code.get(from).get(to).op('i32.lt_s'), () => {
    code.get(from).i32(linesInUnit).op('i32.mul').tee(firstLine).i32(linesInUnit).op('i32.add').set(endLine);
    code.when(() => code.get(endLine).i32(lines).op('i32.gt_s'), () => code.i32(lines).set(endLine));
    if (isCut) {
      code.i32(0).set(done);
      code.repeat(() => {
        code.i32(first.count).get(done).op('i32.sub').set(rounds);
        code.when(() => code.get(rounds).i32(inBlock).op('i32.gt_s'), () => code.i32(inBlock).set(rounds));
        allPanels();
        code.get(done).get(rounds).op('i32.add').set(done);
      }, () => code.get(done).i32(first.count).op('i32.lt_s'));
    } else {
      allPanels();
    }
    code.advance(from, 1);
  });
}
