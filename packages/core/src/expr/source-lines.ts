let capturing = false;

/**
 * Records the user's line with every expression (one stack frame, about 2 microseconds an op), so that errors found later,
 * by a backend say, can name it. Off by default.
 */
export function captureSourceLines(on: boolean): void {
  capturing = on;
}

/** True under the debug flag. */
export const capturesSourceLines = (): boolean => capturing;

/** Runs `work` with source lines captured. */
export function withSourceLines<T>(work: () => T): T {
  const before = capturing;
  capturing = true;
  try {
    return work();
  } finally {
    capturing = before;
  }
}

/** The first frame outside of this package, or undefined while capturing is off. */
export function callSite(): string | undefined {
  if (!capturing) return undefined;
  const holder: { stack?: string } = {};
  const errorClass = Error as ErrorConstructor & { captureStackTrace?(target: object): void };
  if (errorClass.captureStackTrace) errorClass.captureStackTrace(holder);
  else holder.stack = new Error().stack ?? '';
  const frames = (holder.stack ?? '').split('\n').slice(1);
  return frames.find((frame) => !frame.includes(ownFile))?.trim().replace(/^at /, '');
}

/** The published package is one folder of bundles: every frame of ours carries its address. */
const ownFile = /* @__PURE__ */ import.meta.url.replace(/(\/chunks)?\/[^/]*$/, '/');
