import type { Pass } from './pass.js';

/** In the order in which they were added. */
export const addedPasses: Pass[] = [];

/**
 * Adds a pass to the pipeline of every program that is compiled from now on, where rules of one's own run: before ops are decomposed, and before convolutions are
 * lowered. A second call with the same pass does nothing. For packages that bring graphs of their own kind; rules for one function are an option of `compile`.
 *
 * @param pass - rules that keep the types and values of what they rewrite.
 * @example
 * import { addPass, settleLayouts } from '@unfoldjs/core/rules';
 * addPass(settleLayouts);
 */
export function addPass(pass: Pass): void {
  if (!addedPasses.includes(pass)) addedPasses.push(pass);
}
