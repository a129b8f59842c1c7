import { partsOf, type Engine } from '../engine.js';
import type { Address, PlannedCall, PlannedStep } from '../plan/program-plan.js';
import type { PreparedCall, Task } from '../threads/tasks.js';

/** A task that is the same in every run but for its addresses. */
export interface Prepared {
  readonly task: Task;
  /** Puts in the addresses of this run. */
  fill(): void;
}

export interface Addresses {
  readonly engine: Engine;
  readonly module: number;
  readonly addressOf: (at: Address) => number;
  /** The tasks of the program so far; a new one is added. */
  readonly tasks: Task[];
}

/** Calls of a module, with a guard or without, as a task. */
export function prepare(calls: readonly PlannedCall[], guard: PlannedStep['guard'], { engine, module, addressOf, tasks }: Addresses): Prepared {
  const prepareCalls = (planned: readonly PlannedCall[]): PreparedCall[] =>
    planned.map(({ run, addresses, units, work, needsThread }) => ({
      module,
      run,
      args: new Array<number>(addresses.length + (needsThread ? 3 : 2)).fill(0),
      units,
      chunks: engine.chunksOf(units, work),
      parts: partsOf(units, work),
      needsThread,
    }));
  const fillCalls = (planned: readonly PlannedCall[], prepared: readonly PreparedCall[]): void => {
    for (let i = 0; i < planned.length; i++) {
      const { addresses } = planned[i]!;
      const { args } = prepared[i]!;
      for (let k = 0; k < addresses.length; k++) args[k] = addressOf(addresses[k]!);
    }
  };
  const task: Task = {
    index: tasks.length,
    checks: prepareCalls(guard?.checks ?? []),
    answers: 0,
    calls: prepareCalls(calls),
    otherwise: guard?.otherwise ? prepareCalls(guard.otherwise) : null,
  };
  tasks.push(task);
  return {
    task,
    fill() {
      fillCalls(calls, task.calls);
      if (!guard) return;
      fillCalls(guard.checks, task.checks);
      task.answers = engine.arena + guard.answers;
      if (guard.otherwise) fillCalls(guard.otherwise, task.otherwise!);
    },
  };
}
