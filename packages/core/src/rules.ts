/** For authors of optimizer rules, and all who work on graphs: the rules with their notes, what their laws are tested with, functions as graphs. */
export { reasonOf, ruleNotes } from './optimizer/rule-notes.js';
export { defineRule, type Builder, type Rule, type RuleReason, type RuleSpec } from './optimizer/rule.js';
export {
  any,
  commutes,
  constant,
  named,
  number,
  once,
  op,
  type GraphReader,
  type Match,
  type Pattern,
} from './optimizer/pattern.js';
export { bytes, nodes, steps, type Measure } from './optimizer/measure.js';
export { drawFrom, plainDraw, type Draw, type RuleNotes } from './optimizer/notes.js';
export type { Pass } from './optimizer/pass.js';
export { addPass } from './optimizer/added-passes.js';
export { settleLayouts } from './optimizer/rules/layouts.js';
export { runPass, type Hit, type PassResult, type Recorder } from './optimizer/engine.js';
export { optimize, passesFor, type OptimizeOptions } from './optimizer/optimize.js';
export { optimizeInPasses, recorder, undo } from './optimizer/record.js';
export { bisectGraph, type Culprit, type GraphCheck } from './optimizer/bisect.js';
export { checkTypes } from './optimizer/check-legal.js';
export { constantOp, ConstantPool, inputOp, type Graph, type GraphNode, type NodeId } from './graph/graph.js';
export { lower, type Lowered } from './graph/lower.js';
export { flatten as flattenTree, traceFunction, type FlatTree, type Trace } from './runtime/trace.js';
export { viewOf } from './graph/view.js';
export { emit } from './program/emit.js';
export { schedule } from './program/schedule.js';
