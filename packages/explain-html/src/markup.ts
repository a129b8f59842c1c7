/** Text for the inside of an element or of an attribute in double quotes. */
export const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Data for the inside of a script element. */
export const asJson = (data: unknown): string => JSON.stringify(data).replaceAll('<', '\\u003c');

/** `1 step`, `3 steps`. */
export const count = (n: number, word: string): string => `${n.toLocaleString('en')} ${word}${n === 1 ? '' : 's'}`;

/** A number with a metric prefix, in three digits: `1.25 M`. */
export function si(value: number): string {
  const units = ['', 'k', 'M', 'G', 'T'];
  const unit = value < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  return `${Number((value / 1000 ** unit).toPrecision(3))} ${units[unit]}`;
}

export const bytes = (value: number): string => `${si(value)}B`;

/** Shortened in the middle of nowhere, for boxes that have no more room. */
export const clipped = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** A coordinate: tenths of a pixel are enough. */
export const px = (value: number): string => String(Math.round(value * 10) / 10);
