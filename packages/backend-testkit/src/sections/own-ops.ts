import type { OwnOp } from '../own-op.js';
import { casesOf } from './composites.js';
import { gradientCasesOf } from './gradients.js';
import type { Section } from './section.js';

/**
 * Ops from outside of the core against their references, and their gradients. Where the backend has no kernel for one, it runs the
 * definition.
 */
export const ownOps = (ops: readonly OwnOp[]): readonly Section[] => [
  { name: 'own ops', mode: 'test', cases: ops.flatMap(casesOf) },
  { name: 'gradients of own ops', mode: 'grad', cases: ops.flatMap(gradientCasesOf) },
];
