import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Bench, BenchCase } from './bench.js';

export interface Options {
  readonly names: readonly string[];
  readonly rounds?: number | undefined;
  readonly turns?: number | undefined;
  readonly quick: boolean;
  readonly only: readonly string[];
  readonly engines: readonly string[];
  readonly out: string;
  readonly cpuProf: boolean;
  readonly installPeers: boolean;
  readonly list: boolean;
  readonly help: boolean;
}

export const optionsText = `Options
  --quick            a subset that takes under two minutes
  --only <a,b>       only the workloads named (A, D, mm512, cnn32, ...); elsewhere the cases whose name contains one
  --engines <a,b>    only the engines whose id begins with one of these (unfold-wasm, ort-web-1t, ...)
  --rounds <n>       how many processes each case gets, one after the other (each bench has its own default)
  --turns <n>        how many samples each process gives
  --out <folder>     where samples are kept, and where report reads them (default packages/bench/out)
  --cpu-prof         let every process write a .cpuprofile beside the samples
  --list             the cases, without running them
  --install-peers    first install the libraries that are compared with (0.7 GB, in packages/bench/peers)
  --help             this text`;

const defaultFolder = fileURLToPath(new URL('../out', import.meta.url));

/** A whole number above 0, or undefined where none is given. */
function count(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(Number.isInteger(value) && value > 0)) throw new RangeError(`--${name} ${text} is not a whole number above 0`);
  return value;
}

const words = (text: string | undefined): string[] => (text ?? '').split(',').map((word) => word.trim()).filter(Boolean);

/** @throws RangeError or TypeError for what cannot be understood. */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      turns: { type: 'string' },
      quick: { type: 'boolean' },
      only: { type: 'string' },
      engines: { type: 'string' },
      out: { type: 'string' },
      'cpu-prof': { type: 'boolean' },
      'install-peers': { type: 'boolean' },
      list: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const { quick = false, help = false, list = false } = values;
  return {
    names: positionals,
    rounds: count('rounds', values.rounds) ?? (quick ? 1 : undefined),
    turns: count('turns', values.turns) ?? (quick ? 3 : undefined),
    quick,
    only: words(values.only),
    engines: words(values.engines),
    out: values.out ?? defaultFolder,
    cpuProf: values['cpu-prof'] ?? false,
    installPeers: values['install-peers'] ?? false,
    list,
    help,
  };
}

/** The cases of a bench that the options ask for. `--quick` gives way to workloads and engines that are named. */
export function chosenCases({ cases }: Bench, { quick, only, engines }: Pick<Options, 'quick' | 'only' | 'engines'>): BenchCase[] {
  const isOnly = ({ group, name }: BenchCase): boolean => only.length === 0 || only.some((word) => (group === undefined ? name.includes(word) : group === word));
  const isEngine = ({ engine }: BenchCase): boolean => engines.length === 0 || (engine !== undefined && engines.some((word) => engine.startsWith(word)));
  const isQuick = (benchCase: BenchCase): boolean => !quick || (benchCase.quick ?? false) || (only.length > 0 && engines.length > 0);
  return cases.filter((benchCase) => isOnly(benchCase) && isEngine(benchCase) && isQuick(benchCase));
}
