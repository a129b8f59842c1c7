import { mul } from '../../ops/elementwise/mul.js';
import { neg } from '../../ops/elementwise/neg.js';
import { sub } from '../../ops/elementwise/sub.js';
import type { RuleNotes } from '../notes.js';
import { constantToTheRight } from './canonical.js';
import { nodes } from '../measure.js';
import { op } from '../pattern.js';
import { defineRule } from '../rule.js';

export const shareEqual = /* @__PURE__ */ defineRule({
  name: 'share-equal',
  match: () => op(({ isLeaf }) => !isLeaf),
  rewrite: ({ root }, graph) => {
    const first = graph.firstEqual(root.id);
    return first === root.id ? null : graph.node(first);
  },
});

export const shareEqualNotes: RuleNotes = {
  rule: shareEqual,
  because: 'the same op on the same operands is the same tensor, so it is computed once',
  saves: nodes,
  first: [constantToTheRight],
  build: (draw) => {
    const x = draw.input(draw.shape(draw.integer(0, 3)));
    return sub(neg(mul(x, 2)), neg(mul(2, x)));
  },
};
