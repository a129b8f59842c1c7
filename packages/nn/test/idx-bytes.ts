/** An IDX file of bytes. */
export function idxBytes(shape: readonly number[], elements: Uint8Array): Uint8Array {
  const sizes = shape.flatMap((dim) => [dim >>> 24, (dim >>> 16) & 255, (dim >>> 8) & 255, dim & 255]);
  return Uint8Array.from([0, 0, 8, shape.length, ...sizes, ...elements]);
}
