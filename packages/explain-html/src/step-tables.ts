import type { ExplanationJson, Profile, ProfiledProgram, ProfiledStep } from '@unfoldjs/core/explain';
import { bytes, count, escaped, si } from './markup.js';

const digits = (value: number): string => String(Number(value.toPrecision(3)));

/** The run of a profile that is of the explained program: the last one with the same steps. Null where there is none. */
export function runOf({ steps }: Pick<ExplanationJson, 'steps'>, profile: Profile | undefined): ProfiledProgram | null {
  const isSame = (run: ProfiledProgram): boolean => run.steps.length === steps.length && run.steps.every(({ call }, i) => call === steps[i]!.call);
  return profile?.programs.filter(isSame).at(-1) ?? null;
}

/** The steps of the program; with a run of it also how long they took. */
export function stepTable({ steps }: Pick<ExplanationJson, 'steps'>, run: ProfiledProgram | null): string {
  if (steps.length === 0) return '<p>Nothing runs: every result is an input or a constant.</p>';
  const isTimed = run?.measured === 'steps';
  const rows = steps.map((step, i) => {
    const { call, type, memory, flops, bytesRead, bytesWritten, kernel } = step;
    const made = `${code(kernel.kernel)} on ${escaped(kernel.ranOn)}<small>${escaped(kernel.reason)}${kernel.scratchBytes > 0 ? `; ${bytes(kernel.scratchBytes)} of scratch` : ''}</small>`;
    return [`t${i}`, code(call), ...(isTimed ? timeCells(run!.steps[i]!, run!) : []), code(type), escaped(memory), si(flops), bytes(bytesRead + bytesWritten), made];
  });
  return table(['step', 'call', ...(isTimed ? timeHeads : []), 'result', 'memory', 'FLOP', 'bytes', 'kernel'], rows);
}

const timeHeads = ['time', 'share', 'GFLOP/s'];

/** The share here is of this program alone, so that it adds up on the page. */
function timeCells({ milliseconds, gflopsPerSecond }: ProfiledStep, run: ProfiledProgram): string[] {
  if (milliseconds === null) return ['', '', ''];
  const share = run.milliseconds > 0 ? milliseconds / run.milliseconds : 0;
  return [`${digits(milliseconds)} ms`, `<span class="bar" style="width:${(share * 60).toFixed(1)}px"></span> ${Math.round(share * 100)} %`, gflopsPerSecond === null ? '' : digits(gflopsPerSecond)];
}

/** What a profile says of the explained program, and of the others that ran. */
export function profileSection(profile: Profile, run: ProfiledProgram | null): string {
  const others = profile.programs.filter((each) => each !== run);
  return [
    run
      ? `<p>A run of this program took ${digits(run.milliseconds)} ms${run.gflopsPerSecond === null ? '' : `, ${digits(run.gflopsPerSecond)} GFLOP/s`}. Measured: ${escaped(run.how)}.</p>`
      : '<p>No program of the profile has the steps explained here (a compiled function takes data of the host for constants: explain it with <code>hostData: \'constants\'</code>).</p>',
    ...(others.length > 0 ? [`<details${run ? '' : ' open'}><summary>${count(others.length, run ? 'other program' : 'program')} of the profile</summary>${others.map(otherTable).join('')}</details>`] : []),
  ].join('\n');
}

function otherTable(program: ProfiledProgram): string {
  const { backend, device, how, milliseconds, steps } = program;
  const rows = steps.map((step, i) => [`t${i}`, code(step.call), ...timeCells(step, program), si(step.flops), bytes(step.bytes), `${code(step.kernel)} on ${escaped(step.ranOn)}`]);
  return `<h3>${escaped(backend)} (${escaped(device)}), ${digits(milliseconds)} ms</h3><p>Measured: ${escaped(how)}.</p>${table(['step', 'call', ...timeHeads, 'FLOP', 'bytes', 'kernel'], rows)}`;
}

const code = (text: string): string => `<code>${escaped(text)}</code>`;

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<div class="scroll"><table><thead><tr>${heads.map((head) => `<th>${head}</th>`).join('')}</tr></thead><tbody>${rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n')}</tbody></table></div>`;
