import type { DType } from '../types/dtype.js';
import type { Shape } from '../types/shape.js';
import { defineOp } from './op-def.js';

/** A number of the program itself: `x.mul(2)` makes one. Part of a program's structure, so that a backend may write it into its code. */
export const scalarOp = /* @__PURE__ */ defineOp<{ value: number; dtype: DType }>({
  name: 'scalar',
  args: [],
  infer: (_, { dtype }) => ({ dtype, shape: [] }),
  isLeaf: true,
});

/** Small tables that ops make for themselves: interpolation weights, gather indices, window counts. */
export const literalOp = /* @__PURE__ */ defineOp<{ values: readonly number[]; shape: Shape; dtype: DType }>({
  name: 'literal',
  args: [],
  infer: (_, { shape, dtype }) => ({ dtype, shape }),
  isLeaf: true,
});

/** `start, start + step, ...` along one axis. */
export const rangeOp = /* @__PURE__ */ defineOp<{ start: number; step: number; size: number; dtype: DType }>({
  name: 'range',
  args: [],
  infer: (_, { size, dtype }) => ({ dtype, shape: [size] }),
  isLeaf: true,
});

/** A hole that a call fills: an argument of a compiled function, of a decomposition or of a rule. `trace` keeps holes of two traces apart. */
export const argumentOp = /* @__PURE__ */ defineOp<{ trace: number; index: number; dtype: DType; shape: Shape }>({
  name: 'argument',
  args: [],
  infer: (_, { dtype, shape }) => ({ dtype, shape }),
  isLeaf: true,
});

/** Elements in memory: host data, or a result that a backend holds. */
export const dataOp = /* @__PURE__ */ defineOp({
  name: 'data',
  args: [],
  infer: () => {
    throw new Error('a data leaf takes its type from its storage');
  },
  isLeaf: true,
});
