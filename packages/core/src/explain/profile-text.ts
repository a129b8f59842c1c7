import { formatTable } from '../errors/table.js';
import type { Profile, ProfiledProgram, ProfiledStep } from './profile-table.js';
import { bytes, count, ms, si } from './units.js';

/** Steps shown of one program, and programs shown in full: the slowest. */
const maxSteps = 24;
const maxPrograms = 4;

/** A profile for a terminal. */
export function profileText({ programs, compilations, milliseconds }: Omit<Profile, 'text' | 'trace'>): string {
  const compiling = compilations.reduce((sum, each) => sum + each.milliseconds, 0);
  const running = programs.reduce((sum, each) => sum + each.milliseconds, 0);
  const head = `${ms(milliseconds)} in all: ${count(programs.length, 'program')} ran in ${ms(running)}${compilations.length > 0 ? `, ${compilations.length} compiled in ${ms(compiling)}` : ''}`;
  if (programs.length === 0) return `${head}\nnothing ran: no tensor was evaluated, or all were already`;
  const shown = new Set(slowest(programs, maxPrograms));
  const rest = programs.length - shown.size;
  return [head, ...programs.filter((each) => shown.has(each)).map(programText), ...(rest > 0 ? [`and ${count(rest, 'quicker program')}`] : [])].join('\n\n');
}

function programText(program: ProfiledProgram): string {
  const { backend, device, how, milliseconds, flops, gflopsPerSecond, steps } = program;
  const shown = new Set(slowest(steps, maxSteps));
  const rows = steps.filter((each) => shown.has(each)).map(row);
  if (shown.size < steps.length) rows.push(['...', `${steps.length - shown.size} quicker steps`]);
  return [
    `on ${backend} (${device}): ${count(steps.length, 'step')}, ${ms(milliseconds)}, ${si(flops)}FLOP${gflopsPerSecond === null ? '' : `, ${digits(gflopsPerSecond)} GFLOP/s`}`,
    `measured: ${how}`,
    formatTable(['step', 'call', 'kernel', 'time', 'share', 'FLOP', 'bytes', 'GFLOP/s'], rows),
  ].join('\n');
}

const row = ({ step, op, call, kernel, ranOn, milliseconds, share, flops, bytes: moved, gflopsPerSecond }: ProfiledStep): string[] => [
  `t${step}`,
  call,
  kernel === op ? ranOn : `${kernel} on ${ranOn}`,
  milliseconds === null ? '' : ms(milliseconds),
  share === null ? '' : `${Math.round(share * 100)} %`,
  si(flops),
  bytes(moved),
  gflopsPerSecond === null ? '' : digits(gflopsPerSecond),
];

const digits = (value: number): string => String(Number(value.toPrecision(3)));

const slowest = <T extends { readonly milliseconds: number | null }>(all: readonly T[], most: number): readonly T[] =>
  [...all].sort((a, b) => (b.milliseconds ?? 0) - (a.milliseconds ?? 0)).slice(0, most);
