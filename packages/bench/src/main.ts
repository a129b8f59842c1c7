// `npm run bench`: runs benches and prints their tables.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { busyWarning, formatMachine, machine } from '@unfoldjs/measure';
import { record } from './record.js';
import { benches, findBench } from './registry.js';
import { runBench, runInChild } from './runner.js';

const usage = `npm run bench -- [names] [options]

Runs the benches named, or all: each case in a process of its own, in interleaved rounds.

${benches.map(({ name, summary }) => `  ${name.padEnd(14)} ${summary}`).join('\n')}

Options
  --rounds <n>   how often each case runs (each bench has its own default)
  --case <text>  only the cases whose name contains this
  --out <dir>    where the samples are kept (default packages/bench/out)
  --cpu-prof     let every process write a .cpuprofile beside the samples
  --help         this text`;

const defaultFolder = fileURLToPath(new URL('../out', import.meta.url));

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { rounds: { type: 'string' }, case: { type: 'string' }, out: { type: 'string' }, 'cpu-prof': { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) throw new RangeError(`--rounds ${values.rounds} is not a whole number above 0`);
  const unknown = positionals.filter((name) => !findBench(name));
  if (unknown.length > 0) throw new RangeError(`there is no bench ${unknown.join(', ')}. There are: ${benches.map(({ name }) => name).join(', ')}`);

  const folder = values.out ?? defaultFolder;
  const execArgv = values['cpu-prof'] ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : [];
  for (const chosen of positionals.length > 0 ? positionals.map((name) => findBench(name)!) : benches) {
    const bench = { ...chosen, cases: chosen.cases.filter(({ name }) => name.includes(values.case ?? '')) };
    const before = machine();
    console.log(`\n${bench.name}: ${bench.summary}\non ${formatMachine(before)}\n`);
    const results = await runBench(bench, {
      ...(rounds === undefined ? {} : { rounds }),
      runCase: runInChild(execArgv),
      onCase: (done, total, name) => progress(`${done + 1} of ${total}: ${name}`),
    });
    progress('');
    console.log(bench.report(results));
    const warning = busyWarning(machine());
    if (warning) console.log(`\n${warning}`);
    console.log(`\nsamples: ${record(folder, bench, results, before)}`);
  }
  return 0;
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
