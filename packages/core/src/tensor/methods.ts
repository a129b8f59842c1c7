import { onesLike } from '../ops/create/ones.js';
import { zerosLike } from '../ops/create/zeros.js';
import { add } from '../ops/elementwise/add.js';
import { cast } from '../ops/elementwise/cast.js';
import { cos } from '../ops/elementwise/cos.js';
import { div } from '../ops/elementwise/div.js';
import { equal } from '../ops/elementwise/equal.js';
import { exp } from '../ops/elementwise/exp.js';
import { floor } from '../ops/elementwise/floor.js';
import { isNaN } from '../ops/elementwise/is-nan.js';
import { less } from '../ops/elementwise/less.js';
import { log } from '../ops/elementwise/log.js';
import { maximum } from '../ops/elementwise/maximum.js';
import { minimum } from '../ops/elementwise/minimum.js';
import { mod } from '../ops/elementwise/mod.js';
import { mul } from '../ops/elementwise/mul.js';
import { neg } from '../ops/elementwise/neg.js';
import { pow } from '../ops/elementwise/pow.js';
import { relu } from '../ops/elementwise/relu.js';
import { sin } from '../ops/elementwise/sin.js';
import { sqrt } from '../ops/elementwise/sqrt.js';
import { sub } from '../ops/elementwise/sub.js';
import { tanh } from '../ops/elementwise/tanh.js';
import { where } from '../ops/elementwise/where.js';
import { argMax } from '../ops/reduce/arg-max.js';
import { max } from '../ops/reduce/max.js';
import { prod } from '../ops/reduce/prod.js';
import { sum } from '../ops/reduce/sum.js';
import { Tensor } from './tensor.js';

/**
 * Every function that is also a method: `relu(x)` is `x.relu()`. One table, so that neither can miss the other; installed by
 * {@link fluent}, so that a bundle which uses functions alone does not carry it.
 */
export const methods = {
  // creation
  onesLike,
  zerosLike,
  // elementwise
  add,
  cast,
  cos,
  div,
  equal,
  exp,
  floor,
  isNaN,
  less,
  log,
  maximum,
  minimum,
  mod,
  mul,
  neg,
  pow,
  relu,
  sin,
  sqrt,
  sub,
  tanh,
  where,
  // reductions
  argMax,
  max,
  prod,
  sum,
};

type MethodOf<F> = F extends (x: never, ...rest: infer Rest) => infer Result ? (...rest: Rest) => Result : never;

/** The signatures of the methods: each function without its first argument. */
export type TensorMethods = { [K in keyof typeof methods]: MethodOf<(typeof methods)[K]> };

let installed = false;

/** Wraps a function that makes tensors, so that its first call installs the methods. Pure at import: bundlers may drop it. */
export function fluent<F extends (...args: never[]) => unknown>(create: F): F {
  return function (...args: never[]) {
    if (!installed) {
      installed = true;
      for (const [name, method] of Object.entries(methods)) {
        Object.defineProperty(Tensor.prototype, name, {
          value(this: Tensor, ...rest: unknown[]) {
            return (method as (x: Tensor, ...rest: unknown[]) => unknown)(this, ...rest);
          },
          writable: true,
          configurable: true,
        });
      }
    }
    return create(...args);
  } as F;
}
