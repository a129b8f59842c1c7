// The table of ops in docs/conformance.md: what it says, and how it is written.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { supportTable, type OpSupport } from '@unfoldjs/backend-testkit';
import { root } from './workspace.js';

const path = join(root, 'docs/conformance.md');
const [begin, end] = ['<!-- support table -->', '<!-- end of the support table -->'];

/** What the page says of an op on a backend. */
export interface Said {
  readonly verdict: OpSupport['verdict'];
  readonly reasons: readonly string[];
}

/** The same of what a backend says, without how exact it is. Why an op has no kernel is not on the page. */
export const saidOf = ({ verdict, reasons }: OpSupport): Said => ({ verdict, reasons: verdict === 'defined' ? [] : reasons.map((reason) => reason.split('\n')[0]!) });

function parts(): { before: string; table: string; after: string } {
  const page = readFileSync(path, 'utf8');
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/conformance.md has no part between ${begin} and ${end}`);
  return { before: page.slice(0, from + begin.length), table: page.slice(from + begin.length, to), after: page.slice(to) };
}

/** The columns of the page's table: for each backend what is said of each op. */
export function readSupport(): Map<string, Map<string, Said>> {
  const lines = parts().table.split('\n');
  const notes = new Map(lines.flatMap((line) => [...line.matchAll(/^(\d+)\. (.*)$/g)].map(([, number, note]): [string, string] => [number!, note!])));
  const [head, , ...rows] = lines.filter((line) => line.startsWith('|')).map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));
  return new Map(head!.slice(1).map((name, i) => [name, new Map(rows.map((row) => [row[0]!.replaceAll('`', ''), parseCell(row[i + 1]!, notes)]))]));
}

function parseCell(cell: string, notes: ReadonlyMap<string, string>): Said {
  const reasons = [...cell.matchAll(/\[(\d+)\]/g)].map(([, number]) => notes.get(number!) ?? `no note ${number}`);
  if (cell.startsWith('no ')) return { verdict: 'denied', reasons };
  if (cell.endsWith('by definition')) return { verdict: 'defined', reasons };
  if (!/^(exact|\d(\.\d+)?(e-\d+)? \(-?\d+:[\d:]+\))/.test(cell)) return { verdict: 'wrong', reasons };
  return { verdict: reasons.length > 0 ? 'partly' : 'runs', reasons };
}

/** Writes the table; whatever stands around it stays. */
export function writeSupport(columns: Readonly<Record<string, readonly OpSupport[]>>): void {
  const { before, after } = parts();
  writeFileSync(path, `${before}\n${supportTable(columns)}\n${after}`);
}
