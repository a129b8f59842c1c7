// `npm run bench`: runs benches and prints their tables.
import { fileURLToPath } from 'node:url';
import { busyWarning, formatMachine, machine } from '@unfoldjs/measure';
import type { Bench, Facts } from './bench.js';
import { peersNote } from './engines/peers.js';
import { installPeers } from './install-peers.js';
import { chosenCases, optionsText, parseOptions, type Options } from './options.js';
import { openInChild } from './processes.js';
import { describeRun, writeRun, type Run } from './record.js';
import { benchNames, loadBench } from './registry.js';
import { asText } from './report/text.js';
import { verdictSection } from './report/verdict.js';
import { writeReport } from './report/write-report.js';
import { isFailure, runBench } from './runner.js';

const docsFolder = fileURLToPath(new URL('../../../docs', import.meta.url));

const allBenches = async (): Promise<Bench[]> => Promise.all(benchNames.map(async (name) => (await loadBench(name))!));

const usage = async (): Promise<string> => `npm run bench -- [names] [options]

Runs the benches named, or all: each case in a process of its own, in interleaved rounds.

${(await allBenches()).map(({ name, summary }) => `  ${name.padEnd(14)} ${summary}`).join('\n')}

  ${'report'.padEnd(14)} no bench: writes docs/benchmarks.md and docs/benchmarks.html from the newest samples of each
  ${'round-cost'.padEnd(14)} no bench: measures what a round of distributed training costs, and writes docs/round-cost.md with its chart (a minute or two; needs redis-server)

${optionsText}`;

/** The benches that the options ask for, with the cases that they ask for. */
async function chosenBenches(options: Options): Promise<Bench[]> {
  const unknown = options.names.filter((name) => !benchNames.includes(name));
  if (unknown.length > 0) throw new RangeError(`there is no bench ${unknown.join(', ')}. There are: ${benchNames.join(', ')}`);
  const benches = (await allBenches()).filter(({ name }) => options.names.length === 0 || options.names.includes(name));
  const chosen = benches.map((bench) => ({ ...bench, cases: chosenCases(bench, options) })).filter(({ cases }) => cases.length > 0);
  if (chosen.length === 0) throw new RangeError('no case fits --only, --engines and --quick together. See --list');
  return chosen;
}

/** Runs one bench, prints what it says and keeps its samples. */
async function run(bench: Bench, { rounds, turns, out, cpuProf }: Options): Promise<Run> {
  const described = describeRun(bench, machine());
  console.log(`\n${bench.name}: ${bench.summary}\non ${formatMachine(described.machine)}\n`);
  const facts: Record<string, Facts> = {};
  const results = await runBench(bench, {
    ...(rounds === undefined ? {} : { rounds }),
    ...(turns === undefined || bench.turns === undefined ? {} : { turns }),
    open: openInChild(cpuProf ? ['--cpu-prof', `--cpu-prof-dir=${out}`] : []),
    onCase: (done, total, name) => progress(`${done + 1} of ${total}: ${name}`),
    onFacts: (name, said) => (facts[name] = said),
  });
  progress('');
  const taken: Run = { ...described, facts, results };
  // Targets last: where a terminal stands when the tables have scrolled by. What a subset did not measure is left to the report.
  const judged = (bench.verdicts?.(results) ?? []).filter(({ reached }) => reached !== null);
  console.log(asText([...bench.report(results), ...(judged.length > 0 ? [verdictSection(judged)] : [])]));
  const warning = busyWarning(machine());
  if (warning) console.log(`\n${warning}`);
  console.log(`\nsamples: ${writeRun(out, taken)}`);
  return taken;
}

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options.help) {
    console.log(await usage());
    return 0;
  }
  if (options.names.includes('report')) {
    if (options.names.length > 1) throw new RangeError('report stands alone: it reads the samples of earlier runs');
    for (const path of writeReport(options.out, docsFolder, await allBenches())) console.log(path);
    return 0;
  }
  if (options.names.includes('round-cost')) {
    if (options.names.length > 1) throw new RangeError('round-cost stands alone: it measures rounds of training, and no cases');
    const { writeRoundCost } = await import('./rounds/round-cost.js');
    for (const path of await writeRoundCost(docsFolder, console.log)) console.log(path);
    return 0;
  }
  if (options.installPeers) installPeers();
  const benches = await chosenBenches(options);
  if (options.list) {
    for (const { name, cases } of benches) console.log(`${name}\n${cases.map((each) => `  ${each.name}`).join('\n')}`);
    return 0;
  }
  const note = peersNote();
  if (note) console.log(note);
  const runs: Run[] = [];
  for (const bench of benches) runs.push(await run(bench, options));
  return runs.some(({ results }) => [...results.values()].some(isFailure)) ? 1 : 0;
}

/** One line that is written over, where somebody watches. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof RangeError || (error instanceof TypeError && 'code' in error) ? 2 : 1;
}
