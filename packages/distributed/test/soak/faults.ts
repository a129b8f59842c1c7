import fc from 'fast-check';

/** Something that goes wrong while others work. */
export interface Fault {
  /** Milliseconds since the one before. */
  readonly after: number;
  /**
   * `process`: a process of a worker is killed. `worker`: a worker is killed with its processes, and another one comes. `hang`: a process stands still.
   * `redis`: Redis is killed, and comes back with what it wrote down. `coordinator`: it is killed and started again. `disk`: that of its checkpoints is full,
   * until it has failed for that and is started again.
   */
  readonly kind: 'process' | 'worker' | 'hang' | 'redis' | 'coordinator' | 'disk';
  /** Which of several, modulo how many there are. */
  readonly which: number;
  /** Milliseconds until what went away comes back. */
  readonly away: number;
}

export const kinds: readonly Fault['kind'][] = ['process', 'worker', 'hang', 'redis', 'coordinator', 'disk'];

/** What goes wrong in one run: the same for the same seed. */
export function faultsOf(seed: number, of: readonly Fault['kind'][] = kinds): readonly Fault[] {
  const fault = fc.record({ after: fc.integer({ min: 50, max: 700 }), kind: fc.constantFrom(...of), which: fc.nat({ max: 7 }), away: fc.integer({ min: 0, max: 800 }) });
  return fc.sample(fc.array(fault, { minLength: 4, maxLength: 8, size: 'max' }), { seed, numRuns: 1 })[0]!;
}
