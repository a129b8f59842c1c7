import type { Patch } from 'immer';
import type { Backend, DeviceInfo, StepInfo } from '../backend/contract.js';
import type { ConstantPool, Graph } from '../graph/graph.js';
import type { PassResult } from '../optimizer/engine.js';
import { reasonOf } from '../optimizer/rule-notes.js';
import { emit } from '../program/emit.js';
import { planSlots, type SlotPlan } from '../program/plan-slots.js';
import type { Program, Step } from '../program/program.js';
import { schedule } from '../program/schedule.js';
import { bytesOf, formatType } from '../types/tensor-type.js';
import { callText, nameValues } from './call-text.js';
import { snapshot, type GraphSnapshot } from './snapshot.js';
import { explanationText } from './text.js';

/** One rewrite: which rule, where, why, and what it saved. */
export interface ExplainedRewrite {
  readonly rule: string;
  readonly because: string;
  /** The op and type of the node it fired at, and the node's id in the graph before. */
  readonly at: string;
  readonly node: number;
  readonly saved: number;
  /** What `saved` counts. */
  readonly unit: string;
  /** The user's line that made the node, where lines were captured. */
  readonly source?: string;
}

/** What one pass did. Passes in which nothing fired are listed too, without rewrites. */
export interface ExplainedPass {
  readonly name: string;
  readonly rewrites: readonly ExplainedRewrite[];
  /** Steps of the graph after the pass, and the bytes that they write. */
  readonly steps: number;
  readonly bytesWritten: number;
  /** The difference to the graph before, and the way back, as JSON patches. */
  readonly patches: readonly Patch[];
  readonly inversePatches: readonly Patch[];
  /** The graph after the pass; null where nothing fired. */
  readonly graph: GraphSnapshot | null;
}

/** One step of the program. */
export interface ExplainedStep {
  /** The op with its operands and attributes: `convMatmul(in0, in1, in2) window 3x3 padding 1 then add, relu`. */
  readonly call: string;
  readonly op: string;
  readonly type: string;
  /** Where the result is kept: a slot of the plan, or `output`. */
  readonly memory: string;
  /** The last step that reads the result: its memory is taken until then. For an output the last of all; for one that nobody reads itself. */
  readonly lastUse: number;
  readonly flops: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** What the backend makes of it: kernel, reason, scratch bytes, where it runs. */
  readonly kernel: StepInfo;
}

/** Bytes that a run needs at the most, by kind. */
export interface ExplainedMemory {
  readonly inputs: number;
  readonly constants: number;
  /** Slots of the plan: what is neither given nor returned. */
  readonly intermediates: number;
  readonly outputs: number;
  /** The largest scratch that a kernel of the backend asks for. */
  readonly scratch: number;
  /** All of them together. */
  readonly peak: number;
}

/** Plain data: everything that `explain` knows. */
export interface ExplanationJson {
  readonly backend: string;
  readonly device: DeviceInfo;
  readonly outputs: readonly string[];
  /** The graph as it was written, before the first pass. */
  readonly graph: GraphSnapshot;
  readonly stepsWritten: number;
  readonly bytesWritten: number;
  readonly passes: readonly ExplainedPass[];
  readonly steps: readonly ExplainedStep[];
  readonly slots: readonly number[];
  readonly memory: ExplainedMemory;
  readonly flops: number;
}

/** What becomes of some tensors, from the graph to the kernels. `String(explanation)` is for people, `toJSON()` for programs. */
export interface Explanation extends ExplanationJson {
  toString(): string;
  toJSON(): ExplanationJson;
}

/** What the optimizer did to a graph, and what the backend says of the program. */
export interface Evidence {
  readonly graph: Graph;
  readonly passes: readonly PassResult[];
  readonly pool: ConstantPool;
  readonly backend: Backend;
  readonly program: Program;
  readonly kernels: readonly StepInfo[];
}

/** The program of a graph that the passes have left. */
export function programOf(graph: Graph, pool: ConstantPool): Program {
  return emit(graph, schedule(graph), pool).program;
}

export function makeExplanation({ graph, passes, backend, program, kernels }: Evidence): Explanation {
  const plan = planSlots(program);
  const before = totals(graph);
  const json: ExplanationJson = {
    backend: backend.name,
    device: backend.device,
    outputs: graph.outputs.map((id) => formatType(graph.nodes[id]!.type)),
    graph: snapshot(graph),
    stepsWritten: before.steps,
    bytesWritten: before.bytesWritten,
    passes: passes.map(explainPass),
    steps: explainSteps(program, plan, kernels),
    slots: plan.slotBytes,
    memory: memoryOf(program, plan.totalBytes, kernels),
    flops: program.steps.reduce((sum, step) => sum + flopsOf(step), 0),
  };
  return { ...json, toJSON: () => json, toString: () => explanationText(json) };
}

function explainPass({ pass, after, before, patches, inversePatches, hits }: PassResult): ExplainedPass {
  return {
    name: pass.name,
    rewrites: hits.map(({ rule, root, saved }) => ({
      rule: rule.name,
      because: reasonOf(rule).because,
      at: `${root.op.name} ${formatType(root.type)}`,
      node: root.id,
      saved,
      unit: reasonOf(rule).saves.unit,
      ...(root.source === undefined ? {} : { source: root.source }),
    })),
    ...totals(after),
    patches,
    inversePatches,
    graph: after === before ? null : snapshot(after),
  };
}

/** What would run if a graph were a program as it stands. */
function totals(graph: Graph): { steps: number; bytesWritten: number } {
  let steps = 0;
  let bytesWritten = 0;
  for (const { op, type } of Object.values(graph.nodes)) {
    if (op.isLeaf || op.isView) continue;
    steps++;
    bytesWritten += bytesOf(type);
  }
  return { steps, bytesWritten };
}

const flopsOf = ({ op, attrs, inputs, type }: Step): number =>
  op.flops(
    inputs.map((operand) => operand.type),
    attrs,
    type,
  );

/** The steps of a program with their place in a plan and what the backend makes of them. */
export function explainSteps(program: Program, { slotOf, lastUse }: SlotPlan, kernels: readonly StepInfo[]): ExplainedStep[] {
  const names = nameValues(program);
  return program.steps.map((step, i) => ({
    call: callText(step, names),
    op: step.op.name,
    type: formatType(step.type),
    memory: slotOf[step.output]! < 0 ? 'output' : `slot ${slotOf[step.output]}`,
    lastUse: slotOf[step.output]! < 0 ? program.steps.length - 1 : Math.max(i, lastUse[step.output]!),
    flops: flopsOf(step),
    bytesRead: step.inputs.reduce((sum, { type }) => sum + bytesOf(type), 0),
    bytesWritten: bytesOf(step.type),
    kernel: kernels[i] ?? { op: step.op.name, kernel: step.op.name, reason: 'not described', scratchBytes: 0, ranOn: 'unknown' },
  }));
}

/** The bytes that a program needs, with those of a plan for what is neither given nor returned. */
export function memoryOf(program: Program, intermediates: number, kernels: readonly StepInfo[]): ExplainedMemory {
  const bytes = (values: readonly number[]): number => values.reduce((sum, value) => sum + bytesOf(program.values[value]!), 0);
  const inputs = bytes(program.inputs.map(({ value }) => value));
  const constants = bytes(program.constants.map(({ value }) => value));
  const outputs = bytes(program.outputs);
  const scratch = kernels.reduce((most, { scratchBytes }) => Math.max(most, scratchBytes), 0);
  return { inputs, constants, intermediates, outputs, scratch, peak: inputs + constants + intermediates + outputs + scratch };
}
