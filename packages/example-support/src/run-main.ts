import { UnfoldError } from '@unfoldjs/core';
import { FlagError } from './flags.js';

/** Runs a program; mistakes of its user end it with one message and no stack. */
export async function runMain(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof FlagError) && !(error instanceof UnfoldError)) throw error;
    console.error(`\n${error.message}`);
    process.exitCode = error instanceof FlagError ? 2 : 1;
  }
}
