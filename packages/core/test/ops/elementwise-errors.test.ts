import { expect } from 'chai';
import * as u from '@unfoldjs/core';
import { tensor, UnfoldError, type ErrorCode } from '@unfoldjs/core';

/** A call, and the code, the op and the argument that its error must name. */
type Row = readonly [name: string, call: () => unknown, code: ErrorCode, op: string, argument: string];

const wrong = (value: unknown): never => value as never;
const int32 = tensor(Int32Array.of(1, 2));

const rows: readonly Row[] = [
  ['shapes that do not broadcast', () => u.add(u.zeros([2, 3]), u.zeros([4])), 'SHAPE_MISMATCH', 'add', 'b'],
  ['the same, in a comparison', () => u.greater(u.zeros([2]), u.zeros([3])), 'SHAPE_MISMATCH', 'greater', 'b'],
  ['the same, in an op that decomposes', () => u.floorDiv(u.zeros([2]), u.zeros([3])), 'SHAPE_MISMATCH', 'floorDiv', 'b'],
  ['a condition that does not broadcast', () => u.where([true, false, true], [1, 2], 3), 'SHAPE_MISMATCH', 'where', 'a'],
  ['a slope that does not broadcast', () => u.prelu(u.zeros([2]), u.zeros([3])), 'SHAPE_MISMATCH', 'prelu', 'alpha'],
  ['a condition that is not bool', () => u.where([1, 0], 1, 2), 'DTYPE_MISMATCH', 'where', 'condition'],
  ['logic on numbers', () => u.logicalAnd([true], [1]), 'DTYPE_MISMATCH', 'logicalAnd', 'b'],
  ['not on numbers', () => u.logicalNot([1]), 'DTYPE_MISMATCH', 'logicalNot', 'x'],
  ['a fraction beside int32', () => int32.add(0.5), 'INVALID_ARGUMENT', 'add', 'b'],
  ['a choice between int32 and a fraction', () => u.where(true, int32, 0.5), 'INVALID_ARGUMENT', 'where', 'b'],
  ['a string for a tensor', () => u.exp(wrong('1')), 'INVALID_ARGUMENT', 'exp', 'x'],
  ['nothing for a tensor', () => u.add(wrong(undefined), 1), 'INVALID_ARGUMENT', 'add', 'a'],
  ['an unknown dtype', () => u.cast([1], wrong('float64')), 'INVALID_ARGUMENT', 'cast', 'dtype'],
  ['options that are a number', () => u.leakyRelu([1], wrong(0.1)), 'INVALID_ARGUMENT', 'leakyRelu', 'options'],
  ['a misspelt option', () => u.elu([1], wrong({ aplha: 1 })), 'INVALID_ARGUMENT', 'elu', 'aplha'],
  ['an option that is no number', () => u.hardSigmoid([1], { beta: wrong('x') }), 'INVALID_ARGUMENT', 'hardSigmoid', 'beta'],
  ['an option that is NaN', () => u.step([1], { alpha: NaN }), 'INVALID_ARGUMENT', 'step', 'alpha'],
  ['an option that is no boolean', () => u.gelu([1], { approximate: wrong('tanh') }), 'INVALID_ARGUMENT', 'gelu', 'approximate'],
  ['bounds in the wrong order', () => u.clip([1], { min: 2, max: 1 }), 'INVALID_ARGUMENT', 'clip', 'min'],
  ['a fraction as the bound of int32', () => u.clip(int32, { max: 0.5 }), 'DATA_MISMATCH', 'clip', 'max'],
];

describe('elementwise operations refuse', () => {
  for (const [name, call, code, op, argument] of rows) {
    it(`${name}: ${code} at the call`, () => {
      expect(call).to.throw(UnfoldError).that.includes({ code, op, argument });
      expect(call).to.throw(/\nFix: ./);
    });
  }
});
