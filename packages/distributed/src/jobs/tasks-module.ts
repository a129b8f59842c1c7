import type { Task } from '../engine/task.js';

/** What a module of tasks exports. */
export interface TasksModule {
  readonly tasks: ReadonlyMap<string, Task>;
  /** Chooses a backend, if the module exports it. */
  readonly setup: (() => unknown) | null;
}

const isTask = (value: unknown): value is Task => {
  const { name, parse, run } = (value ?? {}) as Partial<Task>;
  return typeof value === 'object' && typeof name === 'string' && typeof parse === 'function' && typeof run === 'function';
};

/** Loads the user's module. @throws Error with a sentence where it is none of tasks. */
export async function loadTasks(url: string): Promise<TasksModule> {
  const exported = (await import(url).catch((cause: unknown) => {
    throw new Error(`${url} cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`);
  })) as Readonly<Record<string, unknown>>;
  const tasks = new Map<string, Task>();
  for (const task of new Set(Object.values(exported).filter(isTask))) {
    if (tasks.has(task.name)) throw new Error(`${url} exports two tasks of the name ${JSON.stringify(task.name)}.`);
    tasks.set(task.name, task);
  }
  if (tasks.size === 0) throw new Error(`${url} exports no task.`);
  const { setup } = exported;
  return { tasks, setup: typeof setup === 'function' ? () => (setup as () => unknown)() : null };
}
