// `npm start`: a filter bank on a picture, as one lazy graph, on every backend of this machine.
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UnfoldError, type Backend } from '@unfoldjs/core';
import { busyWarning, formatBytes, formatMachine, formatNumber, formatTime, machine, textTable } from '@unfoldjs/measure';
import { openBackends } from './backends.js';
import type { Deviation } from './bound.js';
import { checkResults } from './check.js';
import { explanationOf } from './explanation.js';
import { filters, type Filter, type ResultName } from './filters.js';
import { parseOptions, usage, type Options } from './options.js';
import { renderPage, type PageBackend, type PageFilter, type PagePicture } from './page.js';
import { loadPicture, shrink, toPng, writeFile } from './picture.js';
import { progressOn } from './progress.js';
import type { Image } from './render.js';
import { runBank, runReferee, type BankRun } from './run-bank.js';
import { timeConvolutions, timingText } from './timing.js';
import { messageOf, UserError } from './user-error.js';

const ownPicture = fileURLToPath(new URL('../assets/picture.png', import.meta.url));

/** A backend with what it made of the picture. */
interface Finished extends BankRun {
  readonly backend: Backend;
  readonly deviations: Record<ResultName, Deviation>;
  readonly peakBytes: number;
  readonly explanation: string;
}

async function main(options: Options): Promise<void> {
  const { stage } = progressOn(process.stderr);
  const path = options.image ?? ownPicture;
  const loaded = loadPicture(path);
  const picture = shrink(loaded, options.maxSide);
  console.log(`${options.image ?? 'the picture of the project'}: ${loaded.width} x ${loaded.height} pixels`);
  if (picture !== loaded) console.log(`reduced to ${picture.width} x ${picture.height}, as --max-side is ${options.maxSide}`);

  const { backends, refusals, remarks } = await openBackends(options.backend);
  for (const { name, reason } of refusals) console.log(`${name} refused: ${reason}`);
  for (const remark of remarks) console.log(remark);

  const explanations = await Promise.all(backends.map((backend) => explanationOf(picture, backend)));
  console.log(`\n${explanations.at(-1)!}\n`);

  const referee = await stage('Exact results and error bounds, in float64', () => runReferee(picture));
  const finished: Finished[] = [];
  for (const [i, backend] of backends.entries()) {
    backend.resetPeak?.();
    const run = await stage(`The filter bank on ${backend.name}`, () => runBank(picture, backend));
    finished.push({ ...run, backend, explanation: explanations[i]!, deviations: checkResults(run.results, referee), peakBytes: backend.memory().peak });
  }
  console.log(`\n${backendText(finished)}`);
  console.log(`\n${agreementText(finished)}`);

  const timing =
    options.rounds === 0
      ? null
      : await stage(`Timing, ${options.rounds} rounds`, (update) => timeConvolutions(picture, backends, options.rounds, update));
  const here = machine();
  const where = [formatMachine(here), busyWarning(here)].filter(Boolean).join('. ');
  if (timing) console.log(`\n${timingText(timing)}\non ${where}`);

  const pages = await stage('Writing images', () => finished.map((run) => filters.map((filter) => writeImage(options.out, run, filter))));
  const { width, height } = picture;
  const original = { png: toPng({ data: picture.rgb, width, height }), width, height };
  const page = join(options.out, 'index.html');
  writeFile(
    page,
    renderPage({
      source: basename(path),
      original,
      backends: finished.map(pageBackend),
      refusals,
      remarks,
      filters: filters.map((filter, f): PageFilter => ({ ...filter, shown: finished.map((run, b) => ({ picture: pages[b]![f]!, ...worstOf(filter, run) })) })),
      timing,
      machine: where,
    }),
  );
  console.log(`\nLook at ${page}`);

  for (const { backend } of finished) await backend.dispose();
  const broken = finished.flatMap(({ backend, deviations }) => Object.entries(deviations).flatMap(([name, { share }]) => (share <= 1 ? [] : [`${name} on ${backend.name} by ${formatNumber(share)} times its bound`])));
  if (broken.length > 0) throw new UserError(`Results are wrong: ${broken.join(', ')}.`);
}

function writeImage(out: string, { backend, results }: Finished, filter: Filter): PagePicture {
  const image: Image = filter.draw(results);
  const png = toPng(image);
  writeFile(join(out, folderOf(backend), `${filter.id}.png`), png);
  return { png, width: image.width, height: image.height };
}

const folderOf = ({ name }: Backend): string => name.replaceAll(/[^a-z0-9]+/gi, '-');

const pageBackend = ({ backend, firstMs, againMs, peakBytes, explanation }: Finished): PageBackend => ({
  name: backend.name,
  label: backend.device.label,
  fallbackReason: backend.device.fallbackReason,
  firstMs,
  againMs,
  peakBytes,
  explanation,
});

/** The largest deviation among the results that a filter shows. */
function worstOf({ results }: Filter, { deviations }: Finished): Deviation {
  const shown = results.map((name) => deviations[name]);
  return { worst: Math.max(...shown.map(({ worst }) => worst)), share: Math.max(...shown.map(({ share }) => share)) };
}

function backendText(finished: readonly Finished[]): string {
  const rows = finished.map(({ backend, firstMs, againMs, peakBytes }) => [backend.name, backend.device.label, formatTime(firstMs), formatTime(againMs), formatBytes(peakBytes)]);
  return textTable(['backend', 'device', 'first run', 'again', 'peak memory'], rows);
}

/** For each result the largest error as a share of its bound, and the largest difference between the first two backends. */
function agreementText(finished: readonly Finished[]): string {
  const [first, second] = finished;
  const names = Object.keys(first!.deviations) as ResultName[];
  const header = ['result', ...finished.map(({ backend }) => `error on ${backend.name} / bound`)];
  const rows = names.map((name) => [name, ...finished.map(({ deviations }) => formatNumber(deviations[name].share))]);
  const worst = Math.max(...finished.flatMap(({ deviations }) => Object.values(deviations).map(({ share }) => share)));
  const between = second ? `, so that ${first!.backend.name} and ${second.backend.name} agree within twice that` : '';
  const verdict = worst <= 1 ? `All results are within what float32 allows${between}.` : 'Some results are outside of what float32 allows.';
  return `${textTable(header, rows)}\n${verdict}`;
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options) await main(options);
  else console.log(usage);
} catch (error) {
  if (error instanceof UserError || error instanceof UnfoldError) {
    console.error(`\n${messageOf(error)}`);
    process.exitCode = error instanceof UserError ? error.exitCode : 1;
  } else {
    throw error;
  }
}
