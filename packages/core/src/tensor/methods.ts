import { add } from '../ops/elementwise/add.js';
import { cast } from '../ops/elementwise/cast.js';
import { Tensor } from './tensor.js';

/**
 * Every function that is also a method: `relu(x)` is `x.relu()`. One table, so that neither can miss the other; installed by
 * {@link fluent}, so that a bundle which uses functions alone does not carry it.
 */
export const methods = {
  add,
  cast,
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
