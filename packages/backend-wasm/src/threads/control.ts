/**
 * Words at the start of a shared memory, through which threads are given the units of a call. `turn` holds a running number in its upper
 * half and in its lower half how many chunks nobody has taken yet: whoever lowers it by one has taken one, and has also made sure that
 * what he read of the call belongs to it, for these words change only when all chunks are done.
 */
export const word = {
  turn: 0,
  done: 1,
  sleepers: 2,
  faults: 3,
  module: 4,
  modulePointer: 5,
  moduleBytes: 6,
  run: 7,
  units: 8,
  chunkUnits: 9,
  needsThread: 10,
  argCount: 11,
  firstArg: 12,
  /** How many there are; the last 32 hold what a call may pass, `from`, `to` and the thread not counted. */
  words: 44,
} as const;

export const controlBytes = 4 * word.words;
