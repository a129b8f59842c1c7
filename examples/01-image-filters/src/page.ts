import { formatBytes, formatNumber, formatTime } from '@unfoldjs/measure';
import type { Kernel } from './kernels.js';
import { timingCells, timingHeader, type Timing } from './timing.js';

/** A picture of the page, as a PNG of its own. */
export interface PagePicture {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** One filter with what every backend made of it, in the order of `Page.backends`. */
export interface PageFilter {
  readonly title: string;
  readonly note: string;
  readonly code: string;
  readonly kernels: readonly Kernel[];
  readonly isWide?: boolean;
  readonly shown: readonly { readonly picture: PagePicture; /** Largest error as a share of its bound. */ readonly share: number; readonly worst: number }[];
}

export interface PageBackend {
  readonly name: string;
  readonly label: string;
  readonly fallbackReason: string | null;
  readonly firstMs: number;
  readonly againMs: number;
  readonly peakBytes: number;
  /** The text of `explain`. */
  readonly explanation: string;
}

/** All that the page shows. */
export interface Page {
  readonly source: string;
  readonly original: PagePicture;
  readonly backends: readonly PageBackend[];
  readonly refusals: readonly { readonly name: string; readonly reason: string }[];
  readonly remarks: readonly string[];
  readonly filters: readonly PageFilter[];
  readonly timing: Timing | null;
  /** Where the times were taken. */
  readonly machine: string;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => entities[character]!);

/** The page as one file: styles and images inside, no script. */
export function renderPage(page: Page): string {
  const worst = Math.max(...page.filters.flatMap(({ shown }) => shown.map(({ share }) => share)));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Filter bank: ${escapeHtml(page.source)}</title>
<style>${style}</style>
</head>
<body>
<header>
${image(page.original, `The picture ${page.source}`, 'original')}
<div>
<h1>One lazy graph, ${page.filters.length} filters, ${page.backends.length === 1 ? 'one backend' : `${page.backends.length} backends`}</h1>
<p><code>${escapeHtml(page.source)}</code>, ${page.original.width} x ${page.original.height} pixels</p>
<p class="verdict ${worst <= 1 ? 'good' : 'bad'}">${worst <= 1 ? 'Every backend is within the error that float32 allows' : 'A backend is outside of the error that float32 allows'}: the worst result uses ${percent(worst)} of its bound.</p>
${page.remarks.map((remark) => `<p class="remark">${escapeHtml(remark)}</p>`).join('\n')}
${backendTable(page)}
</div>
</header>
<main>
${page.filters.map((filter) => filterSection(filter, page.backends)).join('\n')}
</main>
${page.timing ? timingSection(page.timing) : ''}
<section>
<h2>What the optimizer did</h2>
${page.backends.map(({ name, explanation }) => `<details><summary>explain() on ${escapeHtml(name)}</summary><pre>${escapeHtml(explanation)}</pre></details>`).join('\n')}
</section>
<footer>
<p>Times were taken on ${escapeHtml(page.machine)}. The bound of a result is gamma<sub>n</sub> times the same graph on absolute weights, n being the roundings between a pixel and the result; the exact values come from the reference backend in float64.</p>
</footer>
</body>
</html>
`;
}

const percent = (share: number): string => (share === Infinity ? 'more than any' : share > 0 && share < 0.001 ? 'less than 0.1 %' : `${formatNumber(100 * share)} %`);

function image({ png, width, height }: PagePicture, alt: string, className = ''): string {
  const small = Math.max(width, height) < 96 ? ' tiny' : '';
  return `<img class="${className}${small}" src="data:image/png;base64,${Buffer.from(png).toString('base64')}" width="${width}" height="${height}" alt="${escapeHtml(alt)}">`;
}

function backendTable({ backends, refusals }: Page): string {
  const rows = backends.map(
    ({ name, label, fallbackReason, firstMs, againMs, peakBytes }) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(label)}${fallbackReason ? `<br><small>${escapeHtml(fallbackReason)}</small>` : ''}</td><td class="number">${formatTime(firstMs)}</td><td class="number">${formatTime(againMs)}</td><td class="number">${formatBytes(peakBytes)}</td></tr>`,
  );
  const refused = refusals.map(({ name, reason }) => `<tr class="refused"><th scope="row">${escapeHtml(name)}</th><td colspan="4">refused: ${escapeHtml(reason)}</td></tr>`);
  return `<div class="scroll"><table>
<thead><tr><th>backend</th><th>device</th><th class="number">first run</th><th class="number">again</th><th class="number">peak memory</th></tr></thead>
<tbody>${[...rows, ...refused].join('\n')}</tbody>
</table></div>`;
}

function filterSection({ title, note, code, kernels, isWide, shown }: PageFilter, backends: readonly PageBackend[]): string {
  const figures = shown.map(({ picture, share, worst }, i) => {
    const { name } = backends[i]!;
    return `<figure>${image(picture, `${title} on ${name}`)}<figcaption><strong>${escapeHtml(name)}</strong> <span class="${share <= 1 ? 'good' : 'bad'}">${percent(share)} of the bound</span> <span class="dim">largest error ${worst === 0 ? '0' : worst.toExponential(1)}</span></figcaption></figure>`;
  });
  return `<section${isWide ? ' class="wide"' : ''}>
<h2>${escapeHtml(title)}</h2>
<p>${escapeHtml(note)}</p>
<div class="recipe"><code>${escapeHtml(code)}</code><span class="kernels">${kernels.map(kernelDrawing).join('')}</span></div>
<div class="figures">${figures.join('\n')}</div>
</section>`;
}

/** Weights as squares: red above zero, blue below, stronger for larger ones. */
function kernelDrawing(kernel: Kernel): string {
  const [rows, columns] = [kernel.length, kernel[0]!.length];
  const largest = Math.max(...kernel.flat().map(Math.abs));
  const squares = kernel.flatMap((row, y) =>
    row.map((weight, x) => `<rect x="${x}" y="${y}" width="1.02" height="1.02" fill="${weight < 0 ? '#2166ac' : '#ca3c1e'}" fill-opacity="${Math.sqrt(Math.abs(weight) / largest).toFixed(2)}"/>`),
  );
  const scale = Math.min(12, 44 / Math.max(rows, columns));
  return `<svg viewBox="0 0 ${columns} ${rows}" width="${(columns * scale).toFixed(0)}" height="${(rows * scale).toFixed(0)}" role="img" aria-label="weights, ${rows} x ${columns}">${squares.join('')}</svg>`;
}

function timingSection(timing: Timing): string {
  const fastest = Math.min(...timing.rows.map(({ medianMs }) => medianMs));
  const slowest = Math.max(...timing.rows.map(({ medianMs }) => medianMs));
  const rows = timing.rows.map((row) => {
    const [name, ...cells] = timingCells(row);
    // Bars on a logarithmic scale, the fastest the longest.
    const length = slowest === fastest ? 1 : 0.04 + 0.96 * (Math.log(slowest / row.medianMs) / Math.log(slowest / fastest));
    return `<tr><th scope="row">${escapeHtml(name!)}</th>${cells.map((cell) => `<td class="number">${escapeHtml(cell)}</td>`).join('')}<td class="bar"><i style="width:${(100 * length).toFixed(1)}%"></i></td></tr>`;
  });
  return `<section>
<h2>How fast</h2>
<p>${escapeHtml(timing.workload)}. Samples were interleaved in one process; every output was checked against the loops first. Bars: logarithm of the speed.</p>
<div class="scroll"><table>
<thead><tr>${timingHeader.map((title, i) => `<th${i > 0 ? ' class="number"' : ''}>${title}</th>`).join('')}<th class="bar"></th></tr></thead>
<tbody>${rows.join('\n')}</tbody>
</table></div>
</section>`;
}

const style = `
:root { color-scheme: light dark; --ink: #1c2430; --dim: #5d6b7c; --paper: #fbfaf7; --card: #fff; --line: #e3e0d8; --accent: #c2412d; --good: #1d7a4c; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e6e1; --dim: #9aa5b1; --paper: #14171c; --card: #1c2027; --line: #30363f; --accent: #f0795f; --good: #5fd39a; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem clamp(1rem, 4vw, 3rem) 4rem; max-width: 84rem; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, 'Segoe UI', sans-serif; }
h1 { font-size: clamp(1.5rem, 3vw, 2.2rem); line-height: 1.2; margin: 0 0 .4rem; letter-spacing: -.01em; }
h2 { font-size: 1.2rem; margin: 0 0 .2rem; }
p { margin: .3rem 0; max-width: 46rem; }
code, pre { font: .86em/1.5 ui-monospace, 'Cascadia Code', Menlo, monospace; }
header { display: grid; grid-template-columns: minmax(12rem, 24rem) minmax(0, 1fr); gap: 2rem; align-items: start; margin-bottom: 2rem; }
@media (max-width: 50rem) { header { grid-template-columns: minmax(0, 1fr); } }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 36rem), 1fr)); gap: 1.2rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.1rem 1.2rem 1.2rem; min-width: 0; }
main > .wide { grid-column: 1 / -1; }
main ~ section { margin-top: 1.2rem; }
img { display: block; max-width: 100%; height: auto; border-radius: 6px; }
img.tiny { image-rendering: pixelated; width: 12rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 14rem), 1fr)); gap: .9rem; margin-top: .8rem; }
figure { margin: 0; }
figcaption { font-size: .82rem; margin-top: .35rem; }
figcaption .dim { display: block; }
.recipe { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: space-between; margin-top: .5rem; }
.kernels { display: flex; gap: 6px; align-items: center; flex-wrap: wrap; }
svg { background: #f8f8f6; border-radius: 3px; outline: 1px solid var(--line); }
.dim, small, footer { color: var(--dim); }
.good { color: var(--good); } .bad { color: var(--bad); font-weight: 600; }
.verdict { font-weight: 600; }
.remark { border-left: 3px solid var(--accent); padding-left: .7rem; }
.scroll { overflow-x: auto; margin-top: .8rem; }
table { border-collapse: collapse; font-size: .88rem; width: 100%; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; font-variant-numeric: tabular-nums; }
th[scope=row] { font-weight: 600; white-space: nowrap; }
.number { text-align: right; white-space: nowrap; }
.refused { color: var(--dim); }
td.bar { width: 30%; min-width: 8rem; } td.bar i { display: block; height: .8rem; margin-top: .25rem; background: var(--accent); border-radius: 2px; }
details { margin-top: .6rem; } summary { cursor: pointer; font-weight: 600; }
pre { overflow-x: auto; background: var(--paper); border: 1px solid var(--line); border-radius: 6px; padding: .8rem; }
footer { margin-top: 1.5rem; font-size: .85rem; }
`;
