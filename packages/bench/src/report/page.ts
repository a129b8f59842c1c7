import { parseHTML } from 'linkedom';
import type { Benchmarks } from './benchmarks.js';
import { drawChart } from './charts.js';
import type { Section, Table } from './section.js';

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => entities[character]!);

const tableOf = ({ header, rows }: Table): string => {
  const cells = (tag: 'th' | 'td', row: readonly string[]): string => `<tr>${header.map((_, i) => `<${tag}>${escaped(row[i] ?? '')}</${tag}>`).join('')}</tr>`;
  return `<table><thead>${cells('th', header)}</thead><tbody>${rows.map((row) => cells('td', row)).join('')}</tbody></table>`;
};

function sectionOf({ title, table, notes = [], chart }: Section, document: unknown): string {
  const inside = [
    title && `<h3>${escaped(title)}</h3>`,
    chart && drawChart(chart, document),
    table && table.rows.length > 0 && tableOf(table),
    ...notes.map((note) => `<p>${escaped(note)}</p>`),
  ].filter(Boolean);
  return inside.length > 0 ? `<section>${inside.join('\n')}</section>` : '';
}

/** One HTML page that needs nothing else, not even scripts. */
export function asPage({ machine, head, parts }: Benchmarks): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>') as unknown as { readonly document: object };
  const body = [
    ...head.map((section) => sectionOf(section, document)),
    ...parts.flatMap(({ name, summary, sections }) => [`<h2 id="${escaped(name)}">${escaped(name)}: ${escaped(summary)}</h2>`, ...sections.map((section) => sectionOf(section, document))]),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Benchmarks of Unfold</title>
<style>${css}</style>
</head>
<body>
<main>
<h1>Benchmarks</h1>
<p>Measured on: ${escaped(machine)}. Compare ratios, not times: a time is that of this machine. No figure is of a case whose output disagreed with the reference.</p>
<nav>${parts.map(({ name }) => `<a href="#${escaped(name)}">${escaped(name)}</a>`).join(' ')}</nav>
${body.filter(Boolean).join('\n')}
</main>
</body>
</html>
`;
}

const css = `
:root { color-scheme: light; }
body { margin: 0; background: #f4f5f7; color: #1d2330; font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1100px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 26px; margin: 0 0 16px; }
h2 { font-size: 19px; margin: 34px 0 12px; }
h3 { font-size: 16px; margin: 0 0 12px; }
section { background: #fff; border: 1px solid #e2e5ea; border-radius: 10px; padding: 18px 22px; margin: 0 0 18px; overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; margin-top: 12px; }
th, td { text-align: left; padding: 4px 14px 4px 0; border-bottom: 1px solid #e2e5ea; vertical-align: top; }
figure { margin: 0; }
nav a { margin-right: 12px; }
p { color: #6a7385; font-size: 13px; }
`;
