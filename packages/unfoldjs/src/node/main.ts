import { Command, CommanderError } from 'commander';
import { version } from '@unfoldjs/core';
import { declareBench } from './commands/bench.js';
import { declareConvert } from './commands/convert.js';
import { declareInspect } from './commands/inspect.js';
import { declareRun } from './commands/run.js';
import { declareWorker } from './commands/worker.js';
import { reportFault } from './faults.js';

/** Every command, in the order of the help. */
const commands = [declareInspect, declareRun, declareBench, declareConvert, declareWorker];

/**
 * The command `unfold`: runs it and gives the exit code. Prints on the standard streams.
 *
 * @param args - what stands behind `unfold`.
 * @returns 0; 1 where the work failed; 2 for a call that is wrong.
 */
export async function main(args: readonly string[]): Promise<number> {
  // Who reads may stop early, as `head` does.
  process.stdout.on('error', (fault: NodeJS.ErrnoException) => {
    if (fault.code === 'EPIPE') process.exit(0);
    throw fault;
  });
  const program = new Command('unfold')
    .description('ONNX models on Unfold: look at them, run them, measure them, change their weights. And workers for long work.')
    .version(version)
    .helpCommand(false)
    .configureHelp({ helpWidth: 110, showGlobalOptions: false })
    .showHelpAfterError('\nFix: `--help` behind the command lists what it takes.')
    .exitOverride();
  for (const declare of commands) declare(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (fault) {
    // commander has said it already.
    if (fault instanceof CommanderError) return fault.exitCode === 0 ? 0 : 2;
    return reportFault(fault);
  }
}
