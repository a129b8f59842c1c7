import type { OpDef } from '../expr/op-def.js';
import { depthOf, type Pattern } from './pattern.js';
import type { Rule } from './rule.js';

/** Some rules that run together to their fixed point. */
export interface Pass {
  readonly name: string;
  readonly rules: readonly Rule[];
  /** Which end of the graph to begin at. Default `operands`: a rule sees operands that are done already. */
  readonly startsAt?: 'operands' | 'users';
}

/** A rule with its pattern made. */
export interface CompiledRule {
  readonly rule: Rule;
  readonly pattern: Pattern;
}

export interface CompiledPass {
  readonly pass: Pass;
  /** Levels of users that a rewrite may concern: what the deepest pattern sees. */
  readonly reach: number;
  /** The rules that may match at an op, in the order in which the pass lists them. */
  rulesFor(op: OpDef): readonly CompiledRule[];
}

const compiled = new WeakMap<Pass, CompiledPass>();

/** Makes the patterns of a pass, once. */
export function compilePass(pass: Pass): CompiledPass {
  const known = compiled.get(pass);
  if (known) return known;
  const rules = pass.rules.map((rule) => ({ rule, pattern: rule.match() }));
  // A pass outlives programs, and with them ops that somebody defined.
  const byOp = new WeakMap<OpDef, readonly CompiledRule[]>();
  const made: CompiledPass = {
    pass,
    reach: Math.max(1, ...rules.map(({ pattern }) => depthOf(pattern))),
    rulesFor(op) {
      let found = byOp.get(op);
      if (!found) byOp.set(op, (found = rules.filter(({ pattern }) => pattern.ops === null || pattern.ops(op))));
      return found;
    },
  };
  compiled.set(pass, made);
  return made;
}
