/** Reproducible numbers in [-1, 1): the same data in every process (Lehmer's generator, modulus 2^31 - 1). */
export function randomData(size: number, seed: number): Float32Array {
  let state = (seed % 2147483646) + 1;
  return Float32Array.from({ length: size }, () => {
    state = (state * 48271) % 2147483647;
    return (state / 2147483647) * 2 - 1;
  });
}
