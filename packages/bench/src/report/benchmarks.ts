import { busyWarning, formatMachine, type Machine } from '@unfoldjs/measure';
import type { Bench, Failure, Sample } from '../bench.js';
import type { Run } from '../record.js';
import { isFailure } from '../runner.js';
import type { Section } from './section.js';
import { verdictSection } from './verdict.js';

/** A run with the bench that it is of. */
export interface TakenRun {
  readonly bench: Bench;
  readonly run: Run;
}

/** What runs of several benches on one machine say, ready to be printed. */
export interface Benchmarks {
  readonly machine: string;
  /** What the figures are to be read with: machine, targets, what failed. */
  readonly head: readonly Section[];
  /** A part for each bench, in their order. */
  readonly parts: readonly { readonly name: string; readonly summary: string; readonly sections: readonly Section[] }[];
}

const isSame = (a: Machine, b: Machine): boolean => (['cpu', 'cores', 'memoryGiB', 'platform', 'node'] as const).every((key) => a[key] === b[key]);

/** The first line: the stack below it names folders of one machine. */
const firstLine = (text: string): string => text.split('\n', 1)[0]!.replace(/^(\w*Error): /, '');

const withoutStacks = (section: Section): Section => (section.notes ? { ...section, notes: section.notes.map(firstLine) } : section);

/**
 * Puts runs together, at most one of each bench. Those on other machines than the newest are left out and named.
 *
 * @throws Error where there are none.
 */
export function benchmarksOf(taken: readonly TakenRun[], benches: readonly Bench[]): Benchmarks {
  const [newest] = [...taken].sort((a, b) => b.run.date.localeCompare(a.run.date));
  if (!newest) throw new Error('there is no run to report. Fix: run benches first: npm run bench -- speed cold-start');
  const here = benches.flatMap(({ name }) => taken.filter(({ bench, run }) => bench.name === name && isSame(run.machine, newest.run.machine)));
  const elsewhere = taken.filter((each) => !here.includes(each)).map(({ bench, run }) => `${bench.name} ran on another machine (${formatMachine(run.machine)}) and is left out.`);
  const { load, ...steady } = newest.run.machine;
  const machine = formatMachine({ ...steady, load }).replace(/, load .*$/, '');
  return {
    machine,
    head: [runsSection(here, elsewhere), versionsSection(here), targetsSection(here, benches), failedSection(here)].flat(),
    parts: here.map(({ bench, run }) => ({ name: bench.name, summary: bench.summary, sections: bench.report(run.results).map(withoutStacks) })),
  };
}

function runsSection(taken: readonly TakenRun[], notes: readonly string[]): Section {
  const rows = taken.map(({ bench, run: { date, commit, machine, results } }) => {
    const counts = [...results.values()].flatMap((samples) => (Array.isArray(samples) && samples.length > 0 ? [samples.length] : []));
    const [least, most] = [Math.min(...counts), Math.max(...counts)];
    return [bench.name, date.slice(0, 16).replace('T', ' '), commit, String(machine.load), `${results.size} of ${bench.cases.length}`, counts.length === 0 ? 'none' : least === most ? String(most) : `${least}-${most}`, busyWarning(machine) ? 'busy' : ''];
  });
  const busy = rows.some((row) => row.at(-1) !== '') ? ['Where the machine was busy every time is too long, and ratios are rough.'] : [];
  const isGpu = taken.some(({ run: { results } }) => [...results.values()].some((samples) => Array.isArray(samples) && (samples as readonly Sample[]).some(({ isHardware }) => isHardware === 1)));
  const gpu = isGpu ? [] : ['No GPU was measured: none could be had.'];
  return { title: 'Runs', table: { header: ['bench', 'UTC', 'commit', 'load', 'cases', 'samples a case', ''], rows }, notes: [...busy, ...gpu, ...notes] };
}

/** What cases said of themselves, once for each engine and version. */
function versionsSection(taken: readonly TakenRun[]): Section[] {
  const versions = new Map<string, string>();
  for (const { bench, run } of taken) {
    for (const { name, engine } of bench.cases) {
      const version = run.facts[name]?.['version'];
      if (engine && version !== undefined) versions.set(engine, String(version));
    }
  }
  return versions.size > 0 ? [{ title: 'Versions', table: { header: ['engine', 'version'], rows: [...versions] } }] : [];
}

/** Every target of every bench; those of a bench that did not run are not measured. */
function targetsSection(taken: readonly TakenRun[], benches: readonly Bench[]): Section {
  const verdicts = benches.flatMap((bench) => {
    const results = taken.find((each) => each.bench.name === bench.name)?.run.results ?? new Map();
    return (bench.verdicts?.(results) ?? []).map((verdict) => ({ bench: bench.name, verdict }));
  });
  return verdictSection(verdicts.map(({ verdict }) => verdict), verdicts.map(({ bench }) => bench));
}

/** Engines whose output was wrong, or that broke: none of their times is anywhere in the report. */
function failedSection(taken: readonly TakenRun[]): Section[] {
  const rows = taken.flatMap(({ bench, run }) =>
    [...run.results].flatMap(([name, result]) => (isFailure(result) ? [[bench.name, name, firstLine((result as Failure).failed)]] : [])),
  );
  return rows.length > 0 ? [{ title: 'Not timed: the output disagreed with the reference, or the case broke', table: { header: ['bench', 'case', 'reason'], rows } }] : [];
}
