import * as fc from 'fast-check';
import { type Backend, type BackendSpec } from '@unfoldjs/core';
import { kernelBackend, referenceKernels } from '@unfoldjs/core/reference';
import { drawFrom, plainDraw, type Pass, type RuleNotes } from '@unfoldjs/core/rules';
import { check, fail } from '../support/fail.js';
import { checkFixedPoint, checkGradients, checkMeaning, checkMeasure, checkUndo, settingOf, type Setting, type Tried } from './pass-laws.js';
import { declareLaws, type Law, type Runner } from './suite-options.js';

export interface LawOptions {
  /** Where values are computed, and what rules that fuse ask. Default: a backend of the reference kernels. */
  readonly backend?: BackendSpec | (() => Backend | Promise<Backend>);
  /** Random graphs that are tried. Default: 200. */
  readonly runs?: number;
  /** On how many of them it must fire at least. Default: a tenth of `runs`. */
  readonly firings?: number;
  /** Seed of the random graphs. Default: 1; the same seed tries the same graphs. */
  readonly seed?: number;
}

export interface RuleSuiteOptions extends Runner, LawOptions {
  /** The rule with its notes: why it is right, what it saves, and a family of graphs on which it fires. */
  readonly rule: RuleNotes;
}

export interface PassSuiteOptions extends Runner, LawOptions, Pick<RuleNotes, 'build' | 'first' | 'zeroMayChangeSign' | 'target'> {
  /** The pass: its rules run together to their fixed point. `build` gives a family of graphs on which it fires. */
  readonly pass: Pass;
}

/**
 * Declares the laws of one optimizer rule as tests: it comes to an end; it fires on its example; types, values and gradients stay; undoing its patches
 * gives the old graph; a second run changes nothing; its measure falls; and the same on random graphs of its family.
 *
 * @example
 * import { describe, it } from 'node:test';
 * import { ruleSuite } from '@unfoldjs/backend-testkit';
 * import { ruleNotes } from '@unfoldjs/core/rules';
 * ruleSuite({ describe, it, rule: ruleNotes.find(({ rule }) => rule.name === 'double-negation')!, runs: 20 });
 */
export function ruleSuite({ rule: notes, describe, it, ...options }: RuleSuiteOptions): void {
  const pass: Pass = { name: notes.rule.name, rules: [notes.rule] };
  declareLaws({ describe, it }, `rule ${notes.rule.name}`, lawsOf({ ...notes, pass }, options, notes.target));
}

/**
 * Declares the laws of a pass as tests: those of {@link ruleSuite} for its rules together, but for the measure, which each rule has of
 * its own.
 *
 * @example
 * import { describe, it } from 'node:test';
 * import { passSuite } from '@unfoldjs/backend-testkit';
 * import { ruleNotes } from '@unfoldjs/core/rules';
 * const { rule, build } = ruleNotes.find(({ rule }) => rule.name === 'double-negation')!;
 * passSuite({ describe, it, pass: { name: 'signs', rules: [rule] }, build, runs: 20 });
 */
export function passSuite({ pass, build, first, zeroMayChangeSign, target, describe, it, ...options }: PassSuiteOptions): void {
  const tried: Tried = { pass, build, saves: null, ...(first && { first }), ...(zeroMayChangeSign !== undefined && { zeroMayChangeSign }) };
  declareLaws({ describe, it }, `pass ${pass.name}`, lawsOf(tried, options, target));
}

const reference = (): Backend => kernelBackend({ name: 'reference', kernels: referenceKernels });

function lawsOf(tried: Tried, { backend: source = reference, runs = 200, firings = Math.ceil(runs / 10), seed = 1 }: LawOptions, ownTarget: RuleNotes['target']): readonly Law[] {
  const { pass, saves, zeroMayChangeSign } = tried;
  let opened: Promise<Backend> | null = null;
  const open = (): Promise<Backend> => (opened ??= Promise.resolve(typeof source === 'function' ? source() : source.open()));
  const targetOn = (backend: Backend) => ownTarget ?? backend;

  const onExample = (title: string, test: (setting: Setting, backend: Backend) => void | Promise<void>): Law => ({
    title,
    async check() {
      const backend = await open();
      await test(settingOf(tried, targetOn(backend), plainDraw()), backend);
    },
  });
  const onRandomGraphs = (title: string, count: number, isDisturbed: boolean, test: (setting: Setting, backend: Backend) => void | Promise<void>, last?: () => void): Law => ({
    title,
    async check() {
      const backend = await open();
      let wrong = '';
      await fc.assert(
        fc.asyncProperty(fc.gen(), async (generate) => {
          const draw = drawFrom((min, max) => generate(fc.integer, { min, max }));
          try {
            await test(settingOf(tried, targetOn(backend), draw, isDisturbed), backend);
          } catch (fault) {
            wrong = fault instanceof Error ? fault.message : String(fault);
            throw fault;
          }
        }),
        { numRuns: count, seed, endOnFailure: true },
      ).catch((error: Error) => fail(`${wrong}\n${error.message}`));
      last?.();
    },
  });

  let fired = 0;
  return [
    onExample('comes to an end', () => undefined),
    onExample('fires on its example', ({ result: { hits } }) => check(hits.length > 0, () => 'it does not fire on the graph that `build` gives with plain choices.')),
    onExample('leaves types and values as they are', (setting, backend) => checkMeaning(setting, backend, zeroMayChangeSign)),
    onExample('leaves gradients as they are', checkGradients),
    onRandomGraphs('leaves gradients as they are on random graphs', Math.ceil(runs / 10), false, checkGradients),
    onExample('is undone exactly by its inverse patches', checkUndo),
    onExample('changes nothing when it runs again', (setting, backend) => checkFixedPoint(setting, pass, targetOn(backend))),
    ...(saves ? [onExample(`lowers its measure (${saves.unit})`, (setting, backend) => checkMeasure(setting, saves, targetOn(backend)))] : []),
    onRandomGraphs(
      `holds on ${runs} random graphs, and fires on ${firings} of them or more`,
      runs,
      true,
      async (setting, backend) => {
        if (setting.result.hits.length > 0) fired++;
        await checkMeaning(setting, backend, zeroMayChangeSign);
        checkUndo(setting);
        checkFixedPoint(setting, pass, targetOn(backend));
        if (saves) checkMeasure(setting, saves, targetOn(backend));
      },
      () => check(fired >= firings, () => `it fired on ${fired} of ${runs} random graphs; it must on ${firings} or more, or the rest proves little.`),
    ),
  ];
}
