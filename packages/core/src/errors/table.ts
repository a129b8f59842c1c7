/** A plain-text table: columns padded to their widest cell, one line a row, indented by two. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]) => `  ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')}`.trimEnd();
  return [line(header), `  ${widths.map((width) => '-'.repeat(width)).join('-|-')}`, ...rows.map(line)].join('\n');
}
