import type { Backend } from '@unfoldjs/core';
import { ieeeAccuracy, type Accuracy } from '../accuracy.js';
import { runCase } from '../run-case.js';
import { composites } from '../sections/composites.js';
import { fusedCalls } from '../sections/fused.js';
import { primitives } from '../sections/primitives.js';
import type { CaseContext, Observation, Section } from '../sections/section.js';
import { opNamed } from '../support/program-builder.js';
import type { ConformanceError } from '../support/fail.js';

export interface SupportOptions {
  /** Random inputs of each property. Default: 50. */
  readonly runs?: number | undefined;
  /** Seed of all random inputs. Default: 20. */
  readonly seed?: number | undefined;
  /** What the device's arithmetic promises. Default: {@link ieeeAccuracy}. */
  readonly accuracy?: Accuracy | undefined;
  /** Only these ops. Default: all. */
  readonly ops?: readonly string[] | undefined;
}

/** What a backend makes of one op. */
export interface OpSupport {
  readonly op: string;
  /**
   * `runs`: every call that was tried; `partly`: some were denied; `denied`: all were; `defined`: there is no kernel, and programs take
   * the op's definition in its place; `wrong`: a result was.
   */
  readonly verdict: 'runs' | 'partly' | 'denied' | 'defined' | 'wrong';
  /** What the backend says of the calls that it denies or has no kernel for; where a result is wrong, how. */
  readonly reasons: readonly string[];
  /** The result that was furthest from its reference, in units of its bound; null where nothing ran. */
  readonly worst: (Observation & { /** As `UNFOLD_REPLAY` takes it. */ readonly replay: string }) | null;
}

const triedSections = (): readonly Section[] => [primitives(), composites(), fusedCalls()];

/** The ops that are tried, in the order of a table. */
export const triedOps = (): string[] => [...new Set(triedSections().flatMap(({ cases }) => cases.map(({ op }) => op!)))];

/**
 * Tries every op of the sections "primitives", "composite ops" and "fused calls", and says what runs, how exact it is, and why the rest
 * does not run.
 *
 * @example
 * import { supportOf } from '@unfoldjs/backend-testkit';
 * import { kernelBackend, referenceKernels } from '@unfoldjs/core/reference';
 * const { tanh, ...kernels } = referenceKernels;
 * const support = await supportOf(kernelBackend({ name: 'mine', kernels }), { runs: 3 });
 * support.find(({ op }) => op === 'tanh')?.reasons; // ['mine has no kernel tanh']
 * support.find(({ op }) => op === 'matmul')?.verdict; // runs
 */
export async function supportOf(backend: Backend, options: SupportOptions = {}): Promise<OpSupport[]> {
  const { runs = 50, seed = 20, accuracy = ieeeAccuracy, ops } = options;
  const found = new Map<string, Findings>();
  for (const section of triedSections()) {
    for (const each of section.cases) {
      if (ops && !ops.includes(each.op!)) continue;
      const findings = found.get(each.op!) ?? { reasons: new Set(), definitions: new Set(), fault: null, worst: null, byKernel: 0 };
      found.set(each.op!, findings);
      let isDefined = false;
      const context: CaseContext = {
        backend,
        open: () => Promise.resolve(backend),
        runs,
        seed,
        path: undefined,
        largest: 0,
        accuracy,
        leaveOut: (_, reason) => findings.reasons.add(reason),
        define(reason) {
          findings.definitions.add(reason);
          isDefined = true;
        },
        observe(observation) {
          if (!findings.worst || observation.error > findings.worst.error) findings.worst = { ...observation, replay: [`${section.name}/${each.title}`, observation.seed, observation.path].join('@') };
        },
      };
      try {
        const denied = await runCase(section, each, context);
        if (denied !== null) findings.reasons.add(denied);
        else if (!isDefined) findings.byKernel++;
      } catch (fault) {
        findings.fault ??= (fault as ConformanceError).message;
      }
    }
  }
  return [...found].map(([op, findings]) => supportFrom(op, findings));
}

interface Findings {
  /** Why calls were denied. */
  readonly reasons: Set<string>;
  /** Why definitions ran in place of the op. */
  readonly definitions: Set<string>;
  fault: string | null;
  worst: OpSupport['worst'];
  /** Cases that passed by a kernel for the op. */
  byKernel: number;
}

function supportFrom(op: string, { reasons, definitions, fault, worst, byKernel }: Findings): OpSupport {
  if (fault !== null) return { op, verdict: 'wrong', reasons: [fault], worst: null };
  if (byKernel > 0) return { op, verdict: reasons.size === 0 ? 'runs' : 'partly', reasons: [...reasons], worst };
  const isDefined = definitions.size > 0 || !opNamed(op).isPrimitive;
  return { op, verdict: isDefined ? 'defined' : 'denied', reasons: [...definitions, ...reasons], worst };
}

/**
 * A Markdown table of op x backend. A cell is the worst error in units of its bound, with the seed and the path that give it again;
 * `exact` where nothing was off; `no` where nothing ran; `by definition` where the op's definition runs in its place. What backends
 * deny is numbered, and listed below.
 */
export function supportTable(columns: Readonly<Record<string, readonly OpSupport[]>>): string {
  const names = Object.keys(columns);
  const ops = [...new Set(names.flatMap((name) => columns[name]!.map(({ op }) => op)))];
  const notes: string[] = [];
  const noteOf = (reason: string): number => (notes.includes(reason) ? notes.indexOf(reason) : notes.push(reason) - 1) + 1;
  const cell = ({ verdict, reasons, worst }: OpSupport): string => {
    if (verdict === 'defined') return [...(worst ? [formatError(worst)] : []), 'by definition'].join(', ');
    const said = verdict === 'denied' ? 'no' : verdict === 'wrong' ? '**wrong**' : formatError(worst);
    return [said, ...reasons.map((reason) => `[${noteOf(reason.split('\n')[0]!)}]`)].join(' ');
  };
  const rows = ops.map((op) => [`\`${op}\``, ...names.map((name) => columns[name]!.find((each) => each.op === op)).map((each) => (each ? cell(each) : ''))]);
  const lines = [['op', ...names], ['op', ...names].map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
  return [...lines, ...(notes.length > 0 ? ['', ...notes.map((note, i) => `${i + 1}. ${note}`)] : [])].join('\n');
}

const formatError = (worst: Observation | null): string => (!worst || worst.error === 0 ? 'exact' : `${worst.error.toPrecision(2)} (${worst.seed}:${worst.path})`);
