import { ConformanceError } from './support/fail.js';

/**
 * What a suite does. `test`: everything that a backend must do right. `grad`: gradients. `perf`: times typical calls and prints a table.
 * `support`: prints what runs for each op, and its worst error.
 */
export type Mode = (typeof modes)[number];

export const modes = ['test', 'grad', 'perf', 'support'] as const;

/** What runs where nobody says. */
export const defaultModes: readonly Mode[] = ['test', 'grad'];

/** Reads `UNFOLD_MODE`: names with commas in between. @throws ConformanceError for a name that is none. */
export const parseModes = (text: string): Mode[] =>
  text.split(',').map((name) => {
    const mode = modes.find((each) => each === name.trim());
    if (!mode) throw new ConformanceError(`${JSON.stringify(name)} is not a mode of the suite: use some of ${modes.join(', ')}.`);
    return mode;
  });
