/**
 * Lets the host run its event loop once. Promises alone never do, and only then does the collector's finalizer queue run: in a loop
 * that awaits nothing but promises, unreachable tensors would hold their memory for ever.
 */
export function macrotask(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };
  return new Promise((resolve) => {
    if (setImmediate) setImmediate(resolve);
    else setTimeout(resolve);
  });
}
