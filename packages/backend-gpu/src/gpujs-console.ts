type Method = 'log' | 'info' | 'warn' | 'error';
const methods: readonly Method[] = ['log', 'info', 'warn', 'error'];

/** What gpu.js writes to the console, and nobody else does. */
const isGpuJs = (text: string): boolean =>
  /^(Falling back to CPU|Switching kernels|Precision requirement changed|An error occurred compiling the javascript|You are using a deprecated|cloning internal texture|new internal texture|Unfamiliar constructor type|randomSeed is not supported|constant .* cannot be resigned|gpu\.js )/.test(
    text,
  );

const listeners: string[][] = [];
let own: Record<Method, (...values: unknown[]) => void> | null = null;

/**
 * Runs something of gpu.js and keeps its messages from the console: they are added to `log`, to be attached to an error. What others
 * write meanwhile passes through.
 */
export async function listen<T>(log: string[], run: () => T | Promise<T>): Promise<T> {
  listeners.push(log);
  own ??= divert();
  try {
    return await run();
  } finally {
    listeners.splice(listeners.indexOf(log), 1);
    if (listeners.length === 0) {
      Object.assign(console, own);
      own = null;
    }
  }
}

function divert(): Record<Method, (...values: unknown[]) => void> {
  const originals = Object.fromEntries(methods.map((name) => [name, console[name]])) as Record<Method, (...values: unknown[]) => void>;
  for (const name of methods) {
    console[name] = (...values) => {
      const text = values.map(String).join(' ');
      if (isGpuJs(text)) for (const log of listeners) log.push(text);
      else originals[name].apply(console, values);
    };
  }
  return originals;
}
