/** A page of a report, as HTML; it needs nothing else, not even scripts. */
export interface ReportPage {
  readonly title: string;
  /** Settings and results, one row each. */
  readonly facts?: Readonly<Record<string, string | number>> | undefined;
  /** HTML, as `reportSection` gives it; empty ones are left out. */
  readonly sections: readonly string[];
}

/** The page with the looks that all reports have. */
export const reportPage = ({ title, facts = {}, sections }: ReportPage): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapedHtml(title)}</title>
<style>${css}</style>
</head>
<body>
<main>
<h1>${escapedHtml(title)}</h1>
${[factList(facts), ...sections].filter(Boolean).join('\n')}
</main>
</body>
</html>
`;

const factList = (facts: Readonly<Record<string, string | number>>): string =>
  Object.keys(facts).length > 0 ? `<dl>${Object.entries(facts).map(([name, value]) => `<div><dt>${escapedHtml(name)}</dt><dd>${escapedHtml(String(value))}</dd></div>`).join('')}</dl>` : '';

/** A part of the page under a heading; `body` is HTML. */
export const reportSection = (heading: string, body: string): string => `<section><h2>${escapedHtml(heading)}</h2>${body}</section>`;

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** Text as HTML. */
export const escapedHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => entities[character]!);

const css = `
:root { color-scheme: light; }
body { margin: 0; background: #f4f5f7; color: #1d2330; font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 26px; margin: 0 0 16px; }
h2 { font-size: 17px; margin: 0 0 14px; }
section, dl { background: #fff; border: 1px solid #e2e5ea; border-radius: 10px; padding: 18px 22px; margin: 0 0 18px; overflow-x: auto; }
dl { display: flex; flex-wrap: wrap; gap: 12px 36px; }
dt { color: #6a7385; font-size: 12.5px; }
dd { margin: 0; font-weight: 600; }
figure { margin: 0; }
.row { display: flex; flex-wrap: wrap; gap: 20px 28px; }
.tiles { display: flex; flex-wrap: wrap; gap: 16px; }
img { image-rendering: pixelated; display: block; border-radius: 4px; box-shadow: 0 0 0 1px #d7dbe2; }
figcaption { font-size: 12.5px; line-height: 1.35; margin-top: 5px; }
p { color: #6a7385; font-size: 13px; margin: 12px 0 0; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
th { color: #6a7385; font-weight: 500; font-size: 12.5px; text-align: left; }
th, td { padding: 4px 22px 4px 0; border-bottom: 1px solid #eef0f3; white-space: nowrap; vertical-align: top; }
pre { font: 12px/1.45 ui-monospace, monospace; margin: 0; }
`;
