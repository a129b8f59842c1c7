/** A table of cells that are ready to print. */
export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** One point of a chart. */
export interface Point {
  readonly series: string;
  /** A number on a logarithmic axis, or a name. */
  readonly x: number | string;
  readonly y: number;
}

/** A chart with a logarithmic y axis: `bars` for x that are names, `lines` for numbers (then x is logarithmic too). */
export interface Chart {
  readonly kind: 'bars' | 'lines';
  readonly x: string;
  readonly y: string;
  readonly points: readonly Point[];
}

/** A part of a report, printed as text, Markdown or HTML. */
export interface Section {
  readonly title?: string;
  readonly table?: Table;
  /** Sentences under the table. */
  readonly notes?: readonly string[];
  /** Shown on the HTML page alone. */
  readonly chart?: Chart;
}
