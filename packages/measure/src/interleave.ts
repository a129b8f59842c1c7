/** One thing to time. */
export interface Candidate {
  readonly name: string;
  /** One call; timed from the call until its promise settles. */
  readonly run: () => unknown;
}

export interface InterleaveOptions {
  /** Samples of each candidate. Default 7. */
  readonly rounds?: number;
  /** A sample repeats short calls until about this many milliseconds have passed, and gives their mean. Default 5. */
  readonly sampleMs?: number;
  /** Told before each sample. */
  readonly onSample?: (done: number, total: number, name: string) => void;
}

/**
 * Times candidates in rounds: each round takes one sample of every candidate, starting one further each time, so that a load on the
 * machine falls on all of them and no one always runs after the same other. One untimed call each comes first.
 *
 * @returns milliseconds a call, by candidate, one for each round.
 */
export async function interleave(candidates: readonly Candidate[], options: InterleaveOptions = {}): Promise<number[][]> {
  const { rounds = 7, sampleMs = 5, onSample } = options;
  const samples: number[][] = candidates.map(() => []);
  const repeats: number[] = [];
  for (const { run } of candidates) {
    await run();
    const start = performance.now();
    await run();
    repeats.push(Math.max(1, Math.ceil(sampleMs / Math.max(performance.now() - start, 1e-3))));
  }
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < candidates.length; turn++) {
      const index = (round + turn) % candidates.length;
      const { name, run } = candidates[index]!;
      onSample?.(round * candidates.length + turn, rounds * candidates.length, name);
      const start = performance.now();
      for (let i = 0; i < repeats[index]!; i++) await run();
      samples[index]!.push((performance.now() - start) / repeats[index]!);
    }
  }
  return samples;
}
