import { askedLevel, chooseLevel, debugLevel } from '../debug-level.js';
import { badArgument } from '../errors/unfold-error.js';
import type { PassResult } from '../optimizer/engine.js';
import { recorder } from '../optimizer/record.js';
import { reasonOf } from '../optimizer/rule-notes.js';
import { planSlots } from '../program/plan-slots.js';
import { heeded, watch, type Compiled, type Watcher } from '../runtime/watch.js';
import { describe } from '../tensor/nested.js';
import { formatType } from '../types/tensor-type.js';
import { explainSteps, memoryOf } from './explanation.js';
import { bytes, count, ms, si } from './units.js';

/**
 * Says how much is printed while programs are compiled and run, as the environment variable `UNFOLD_DEBUG` does in Node and
 * `globalThis.UNFOLD_DEBUG` anywhere; this one works in bundles too, and overrules them. Each level prints what those below it do:
 *
 * | level | |
 * | --- | --- |
 * | 0 | nothing |
 * | 1 | the device that was chosen, and why not those before it. Errors name your lines; types are checked after every pass |
 * | 2 | each program that is compiled: its steps, FLOPs, peak bytes, and how long that took |
 * | 3 | each rewrite of the optimizer, where, and why |
 * | 4 | each run of a program, with its steps |
 * | 5 | each kernel: why this one, its scratch memory, and its source where the backend tells |
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for anything but a whole number from 0 to 5.
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { setDebugLevel } from '@unfoldjs/core/explain';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * setDebugLevel(1);
 * await setBackend(cpu()); // prints: unfold 1 | runs on cpu: plain JavaScript, float32
 * setDebugLevel(0);
 */
export function setDebugLevel(level: number): void {
  if (!isLevel(level)) throw badArgument('setDebugLevel', 'level', `${describe(level)} is not a level.`, 'pass a whole number from 0 to 5.');
  chooseLevel(level);
  install();
}

const isLevel = (level: unknown): boolean => Number.isInteger(level) && (level as number) >= 0 && (level as number) <= 5;

/**
 * @internal What the runtime calls where a level is set from outside.
 *
 * @param by - how one watches the runtime that calls. Of another copy of the core, it could not be watched from here: false.
 */
export function startDebug(by: typeof watch): boolean {
  if (by !== watch) return false;
  install();
  const asked = askedLevel();
  if (!isLevel(Number(asked))) print(1, `UNFOLD_DEBUG is ${String(asked)}, which is not a level from 0 to 5: taken for ${Math.min(5, debugLevel())}`);
  return true;
}

let isInstalled = false;

function install(): void {
  heeded();
  if (isInstalled) return;
  isInstalled = true;
  watch(printer);
}

/** The one place where the levels print. */
function print(level: number, ...lines: readonly string[]): void {
  if (debugLevel() < level) return;
  console.log(lines.flatMap((text) => text.split('\n')).map((line) => `unfold ${level} | ${line}`).join('\n'));
}

const printer: Watcher = {
  chosen(backend, refusals) {
    const { label, fallbackReason } = backend.device;
    print(
      1,
      ...refusals.map(({ name, reason }) => `passed over ${name}: ${reason}`),
      `runs on ${backend.name}: ${label}`,
      ...(fallbackReason === null ? [] : [`  not the device that was asked for: ${fallbackReason}`]),
    );
  },
  get reader() {
    return debugLevel() >= 3 ? { recorder, passed: printRewrites } : null;
  },
  compiled(compiled, start) {
    if (debugLevel() < 2) return;
    const took = performance.now() - start;
    const { backend, program, executable } = compiled;
    const kernels = executable?.describe() ?? [];
    const plan = planSlots(program);
    const steps = explainSteps(program, plan, kernels);
    const flops = steps.reduce((sum, step) => sum + step.flops, 0);
    print(2, `compiled for ${backend.name} in ${ms(took)}: ${count(steps.length, 'step')}, ${si(flops)}FLOP, peak ${bytes(memoryOf(program, plan.totalBytes, kernels).peak)}`);
    if (debugLevel() >= 5) printKernels(compiled);
  },
  async run(compiled, _inputs, usual) {
    if (debugLevel() < 4) return usual();
    const start = performance.now();
    const outputs = await usual();
    const took = performance.now() - start;
    const { backend, program, executable } = compiled;
    const steps = explainSteps(program, planSlots(program), executable!.describe());
    print(4, `ran on ${backend.name}: ${count(steps.length, 'step')} in ${ms(took)}`, ...steps.map(({ call, type, memory, kernel }, i) => `  t${i} = ${call}: ${type} in ${memory}, by ${kernel.kernel} on ${kernel.ranOn}`));
    return outputs;
  },
};

function printRewrites({ pass, hits }: PassResult): void {
  if (hits.length === 0) return;
  const lines = hits.map(({ rule, root }) => `  ${rule.name} at ${root.op.name} ${formatType(root.type)}${root.source === undefined ? '' : `, ${root.source}`}: ${reasonOf(rule).because}`);
  print(3, `${pass.name}: ${count(hits.length, 'rewrite')}`, ...lines);
}

function printKernels({ executable }: Compiled): void {
  const sources = executable?.sources?.() ?? [];
  executable?.describe().forEach(({ op, kernel, reason, scratchBytes }, i) => {
    const source = sources[i] ? sources[i]!.trimEnd().split('\n') : [];
    print(5, `t${i} ${op}: ${kernel}, because: ${reason}${scratchBytes > 0 ? `; ${bytes(scratchBytes)} of scratch` : ''}`, ...source.map((line) => `    ${line}`));
  });
}
