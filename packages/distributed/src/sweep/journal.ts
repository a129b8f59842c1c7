import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { badArgument, unfoldError } from '@unfoldjs/core';
import type { JobError } from '../engine/job-engine.js';
import type { Step } from './asha.js';
import type { Objective, SweepResult } from './records.js';
import type { Space } from './space.js';
import type { CurvePoint, TravellingMetrics } from './trial.js';

/** What makes a sweep the same as another: with this, the same trials are drawn and compared. */
export interface SweepIdentity {
  readonly trial: string;
  readonly space: Space;
  readonly seed: number;
  readonly objective: Objective;
  readonly strategy: SweepResult<unknown>['strategy'];
}

/** What happened to a trial at a rung. */
export type JournalEntry = Step &
  (
    | { readonly event: 'started' }
    | {
        readonly event: 'ended';
        readonly metrics: TravellingMetrics;
        readonly curve: readonly CurvePoint[];
        readonly milliseconds: number;
        readonly worker: string;
        /** Whether the trial left a checkpoint. */
        readonly checkpoint: boolean;
      }
    | { readonly event: 'failed'; readonly error: JobError }
  );

export type EndedEntry = Extract<JournalEntry, { event: 'ended' }>;

/** The journal of a sweep: one line of JSON for what the sweep is, and one for each thing that happened. */
export interface Journal {
  /** Given to the sweep when it began. */
  readonly id: string;
  /** What was in the file when it was opened. */
  readonly entries: readonly JournalEntry[];
  /** Adds a line, which is on the disk when this resolves. Lines stand in the order of the calls. */
  append(entry: JournalEntry): Promise<void>;
  close(): Promise<void>;
}

interface Header {
  readonly journal: 'unfold.sweep';
  readonly version: 1;
  readonly id: string;
  readonly sweep: SweepIdentity;
}

const op = 'sweep';

/**
 * Opens the journal of a folder, or begins one. A process that is killed while it writes leaves a last line without its end: that line
 * is dropped, as if it had been killed a moment before.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT where the journal is of another sweep; INVALID_FILE where it is damaged or cannot be written.
 */
export async function openJournal(folder: string, sweep: SweepIdentity): Promise<Journal> {
  const path = join(folder, 'journal.jsonl');
  const file = await opened(path, folder);
  try {
    const { header, entries, length } = parseJournal(await readFile(path), path);
    if (header) checkSame(path, header.sweep, sweep);
    const id = header?.id ?? randomBytes(6).toString('hex');
    await file.truncate(length);
    let written = Promise.resolve();
    const write = (line: object): Promise<void> => {
      // What follows a line that failed fails as well: the file would not be read again with a torn line in the middle.
      written = written.then(async () => {
        try {
          await file.appendFile(`${JSON.stringify(line)}\n`);
          await file.datasync();
        } catch (cause) {
          throw unwritable(path, cause);
        }
      });
      return written;
    };
    if (!header) await write({ journal: 'unfold.sweep', version: 1, id, sweep } satisfies Header);
    return { id, entries, append: write, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function opened(path: string, folder: string): Promise<FileHandle> {
  try {
    await mkdir(folder, { recursive: true });
    return await open(path, 'a');
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

const unwritable = (path: string, cause: unknown) =>
  unfoldError({ code: 'INVALID_FILE', op, argument: 'folder', problem: `${path} cannot be written: ${(cause as Error).message}.`, fix: 'give a folder that may be written to, on a disk with room.', cause });

/** The lines of a journal that are whole, and how many bytes they take. */
function parseJournal(bytes: Uint8Array, path: string): { readonly header: Header | null; readonly entries: readonly JournalEntry[]; readonly length: number } {
  const length = bytes.lastIndexOf(0x0a) + 1;
  const damaged = (line: number) => unfoldError({ code: 'INVALID_FILE', op, argument: 'folder', problem: `line ${line} of ${path} is not that of a journal.`, fix: 'give another folder, or the file as the sweep wrote it.' });
  const lines = new TextDecoder().decode(bytes.subarray(0, length)).split('\n').slice(0, -1);
  const [header, ...entries] = lines.map((text, i) => {
    let line: unknown;
    try {
      line = JSON.parse(text);
    } catch {
      throw damaged(i + 1);
    }
    if (!(i === 0 ? isHeader(line) : isEntry(line))) throw damaged(i + 1);
    return line;
  });
  return { header: (header as Header | undefined) ?? null, entries: entries as JournalEntry[], length };
}

const isHeader = (line: unknown): boolean => {
  const { journal, version, id, sweep } = (line ?? {}) as { readonly [name: string]: unknown };
  return journal === 'unfold.sweep' && version === 1 && typeof id === 'string' && /^[0-9a-f]+$/.test(id) && typeof sweep === 'object' && sweep !== null;
};

function isEntry(line: unknown): boolean {
  const { event, trial, rung, metrics, curve, error } = (line ?? {}) as { readonly [name: string]: unknown };
  if (![trial, rung].every((value) => Number.isSafeInteger(value) && (value as number) >= 0)) return false;
  if (event === 'ended') return typeof metrics === 'object' && metrics !== null && Array.isArray(curve);
  return event === 'started' || (event === 'failed' && typeof error === 'object' && error !== null);
}

function checkSame(path: string, found: SweepIdentity, wanted: SweepIdentity): void {
  // As both are when they have been JSON: without what is undefined.
  const given = JSON.parse(JSON.stringify(wanted)) as SweepIdentity;
  const names = (['trial', 'space', 'seed', 'objective', 'strategy'] as const).filter((name) => !isDeepStrictEqual(found[name], given[name]));
  if (names.length === 0) return;
  const differences = names.map((name) => `${name} ${JSON.stringify(found[name])} and not ${JSON.stringify(given[name])}`);
  throw badArgument(op, 'folder', `${path} is of another sweep, with ${differences.join('; ')}.`, 'give each sweep a folder of its own, or run the one that is there.');
}
