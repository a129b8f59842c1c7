import { getBackend, matmul, randomUniform, UnfoldError } from '@unfoldjs/core';

const size = 128;
const tries = 3;

/** The backend that is set, and how fast it multiplies matrices of 128 x 128, in GFLOP/s: the best of three. */
export async function measureBackend(): Promise<{ readonly backend: string | null; readonly gigaflops: number | null }> {
  let backend: string;
  try {
    backend = getBackend().name;
  } catch (error) {
    if (error instanceof UnfoldError && error.code === 'NO_BACKEND') return { backend: null, gigaflops: null };
    throw error;
  }
  const [a, b] = [randomUniform([size, size], { seed: 1 }), randomUniform([size, size], { seed: 2 })];
  await Promise.all([a.data(), b.data()]);
  let best = Infinity;
  for (let i = 0; i <= tries; i++) {
    const start = performance.now();
    await matmul(a, b).data();
    // The first compiles.
    if (i > 0) best = Math.min(best, performance.now() - start);
  }
  a.dispose();
  b.dispose();
  return { backend, gigaflops: (2 * size ** 3) / best / 1e6 };
}
