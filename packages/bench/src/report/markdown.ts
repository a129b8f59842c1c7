import type { Benchmarks } from './benchmarks.js';
import type { Section, Table } from './section.js';

const escaped = (text: string): string => text.replaceAll(/[\\|*_<>`[\]]/g, '\\$&');
const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`;

const tableOf = ({ header, rows }: Table): string => [line(header), `|${' --- |'.repeat(header.length)}`, ...rows.map((row) => line(header.map((_, i) => row[i] ?? '')))].join('\n');

const sectionOf = (level: string, { title, table, notes = [] }: Section): string =>
  [title && `${level} ${escaped(title)}`, table && table.rows.length > 0 && tableOf(table), ...notes.map(escaped)].filter(Boolean).join('\n\n');

/** The tables of a report as a page of Markdown. */
export const asMarkdown = ({ machine, head, parts }: Benchmarks): string =>
  `${[
    '# Benchmarks',
    `Measured on: ${escaped(machine)}. Written by \`npm run bench -- report\` from the samples that runs keep; charts are in [benchmarks.html](benchmarks.html).`,
    'Compare ratios, not times: a time is that of this machine. No figure is of a case whose output disagreed with the reference.',
    ...head.map((section) => sectionOf('##', section)),
    ...parts.flatMap(({ name, summary, sections }) => [`## ${escaped(name)}`, `${escaped(summary[0]!.toUpperCase() + summary.slice(1))}.`, ...sections.map((section) => sectionOf('###', section))]),
  ]
    .filter(Boolean)
    .join('\n\n')}\n`;
