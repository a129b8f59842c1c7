import { FunctionBuilder, type Local } from '../emit/function-builder.js';
import { encodeModule } from '../emit/module.js';

/** Columns of one packed panel of the right operand: two vectors of four floats. */
export const panelWidth = 8;

/** Rows of one tile. Four rows by two vectors leave registers for the operands, so that nothing spills. */
const tileRows = 4;

/**
 * Which elements of the left operand a sum runs over, in bytes: `outer` times `inner` runs of `length` elements, `kStep` apart. One
 * run is a row of a matrix; the taps of a convolution are one run for each row of the window; the pixels of an image likewise.
 */
export interface Walk {
  readonly outer: number;
  readonly outerStep: number;
  readonly inner: number;
  readonly innerStep: number;
  readonly length: number;
  readonly kStep: number;
}

/** `rows` of the module: see {@link rowsFunction}. */
export type Rows = (...args: number[]) => void;

/**
 * `rows` x `panelWidth` sums in registers: `c[i][0..7] = sum over k of a[i][k] * b[k][0..7]`, each product and each sum rounded to
 * float32, in the order of k.
 */
function tileFunction(rows: number): FunctionBuilder {
  const code = new FunctionBuilder(`tile${rows}`, 11);
  const [a, aStep, outer, outerStep, inner, innerStep, length, kStep, b, c, cStep] = code.params as [Local, Local, Local, Local, Local, Local, Local, Local, Local, Local, Local];
  const sums = Array.from({ length: 2 * rows }, () => code.local('v128'));
  const pointers = Array.from({ length: rows }, () => code.local('i32'));
  const [left, right, scale] = [code.local('v128'), code.local('v128'), code.local('v128')];
  const [run, runsLeft, left_] = [code.local('i32'), code.local('i32'), code.local('i32')];
  const isLeft = (counter: Local) => () => void code.advance(counter, -1).get(counter);

  for (const sum of sums) code.zeros().set(sum);
  code.repeat(() => {
    code.get(a).set(run).get(inner).set(runsLeft);
    code.repeat(() => {
      pointers.forEach((pointer, i) => (i === 0 ? code.get(run) : code.get(pointers[i - 1]!).get(aStep).add()).set(pointer));
      code.get(length).set(left_);
      code.repeat(() => {
        code.get(b).load(0).set(left).get(b).load(16).set(right);
        pointers.forEach((pointer, i) => {
          code.get(pointer).loadSplat().set(scale);
          code.get(sums[2 * i]!).get(scale).get(left).mulLanes().addLanes().set(sums[2 * i]!);
          code.get(sums[2 * i + 1]!).get(scale).get(right).mulLanes().addLanes().set(sums[2 * i + 1]!);
          code.advance(pointer, kStep);
        });
        code.advance(b, 4 * panelWidth);
      }, isLeft(left_));
      code.advance(run, innerStep);
    }, isLeft(runsLeft));
    code.advance(a, outerStep);
  }, isLeft(outer));
  pointers.forEach((_, i) => {
    code.get(c).get(sums[2 * i]!).store(0).get(c).get(sums[2 * i + 1]!).store(16);
    code.advance(c, cStep);
  });
  return code;
}

/**
 * `count` rows of a product, all panels: parameters `a, aStep, outer, outerStep, inner, innerStep, length, kStep, b, c, cStep, count,
 * panels, panelBytes`. Panels outside, so that one panel and the rows stay in the first cache.
 */
function rowsFunction(whole: number, single: number): FunctionBuilder {
  const code = new FunctionBuilder('rows', 14);
  const [a, aStep, , , , , , , b, c, cStep, count, panels, panelBytes] = code.params as Local[] as [Local, Local, Local, Local, Local, Local, Local, Local, Local, Local, Local, Local, Local, Local];
  const [fromA, toC, rowsLeft] = [code.local('i32'), code.local('i32'), code.local('i32')];
  const tile = (target: number, rows: number): void => {
    code.get(fromA);
    for (const param of code.params.slice(1, 9)) code.get(param);
    code.get(toC).get(cStep).call(target);
    code.advance(rowsLeft, -rows);
    code.get(fromA).get(aStep).i32(rows).mul().add().set(fromA);
    code.get(toC).get(cStep).i32(rows).mul().add().set(toC);
  };
  code.repeat(() => {
    code.get(a).set(fromA).get(c).set(toC).get(count).set(rowsLeft);
    code.loop(() => code.get(rowsLeft).i32(tileRows).isNotLess(), () => tile(whole, tileRows));
    code.loop(() => code.get(rowsLeft).i32(1).isNotLess(), () => tile(single, 1));
    code.advance(b, panelBytes).advance(c, 4 * panelWidth);
    code.advance(panels, -1);
  }, () => code.get(panels));
  return code;
}

/** The bytes of the module: generated here, so that nothing opaque is shipped. */
export const productModule = (): Uint8Array => encodeModule([tileFunction(tileRows), tileFunction(1), rowsFunction(0, 1)]);
