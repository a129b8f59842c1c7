/** Numbers and lists as WebAssembly's binary format writes them. @source https://webassembly.github.io/spec/core/binary/index.html */

/** Appends a number to bytes: as an array of its own it would be garbage, once for every instruction of a program. */
export function pushUnsigned(bytes: number[], value: number): void {
  let rest = value >>> 0;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
}

export function pushSigned(bytes: number[], value: number): void {
  let rest = value | 0;
  while (rest < -0x40 || rest > 0x3f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  bytes.push(rest & 0x7f);
}

export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  pushUnsigned(bytes, value);
  return bytes;
}

export const text = (value: string): number[] => [...unsigned(value.length), ...Array.from(value, (letter) => letter.charCodeAt(0))];

export const list = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];

export const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];
