import { debugLevel } from '../debug-level.js';

/** Undefined where nobody has said: then the debug level decides. */
let capturing: boolean | undefined;

/**
 * Records the user's line with every expression (one stack frame, about 2 microseconds an op), so that errors found later,
 * by a backend say, can name it. Default: on where `UNFOLD_DEBUG` is 1 or more, else off.
 */
export function captureSourceLines(on: boolean): void {
  capturing = on;
}

/** True under the debug flag. */
export const capturesSourceLines = (): boolean => capturing ?? debugLevel() > 0;

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

/** Where expressions are put down to that are made for another one: its gradient, its definition in simpler ops. */
let origin: string | undefined;
/** Where they are put down to that code of these packages makes, called by no line of the user's: a layer's own. */
let maker: string | undefined;

/** Runs `work`, whose expressions are made for one that came from `source`. */
export function onBehalfOf<T>(source: string | undefined, work: () => T): T {
  if (!capturesSourceLines()) return work();
  const before = origin;
  origin = source ?? origin;
  try {
    return work();
  } finally {
    origin = before;
  }
}

/**
 * Runs `work` with `source` in place of the user's line for what the packages of this project build themselves: the place where a
 * layer was made says more than the one where the model is run. Lines of the user's own functions are kept. Does nothing while source
 * lines are not captured.
 */
export function madeAt<T>(source: string, work: () => T): T {
  if (!capturesSourceLines()) return work();
  const before = maker;
  maker = source;
  try {
    return work();
  } finally {
    maker = before;
  }
}

/** The user's line: the first frame outside of these packages. Undefined while capturing is off. */
export function callSite(): string | undefined {
  if (!capturesSourceLines()) return undefined;
  if (origin !== undefined) return origin;
  const frames = stackFrames().filter((frame) => !frame.includes(ownFile));
  if (maker !== undefined && frames[0] !== undefined && isOurs(frames[0])) return maker;
  return frames.find((frame) => !isOurs(frame))?.trim().replace(/^at /, '');
}

/** The line of the user's that led here, captured or not: for a few objects, never for every expression. */
export function userLine(): string | undefined {
  return stackFrames()
    .find((frame) => !frame.includes(ownFile) && !isOurs(frame))
    ?.trim()
    .replace(/^at /, '');
}

function stackFrames(): readonly string[] {
  const errorClass = Error as ErrorConstructor & { captureStackTrace?(target: object): void; stackTraceLimit?: number };
  const holder: { stack?: string } = {};
  const limit = errorClass.stackTraceLimit;
  errorClass.stackTraceLimit = 64; // the user's line may stand above many of ours
  try {
    if (errorClass.captureStackTrace) errorClass.captureStackTrace(holder);
    else holder.stack = new Error().stack ?? '';
  } finally {
    if (limit !== undefined) errorClass.stackTraceLimit = limit;
  }
  return (holder.stack ?? '').split('\n').slice(1);
}

/** The published package is one folder of bundles: every frame of ours carries its address. */
const ownFile = /* @__PURE__ */ import.meta.url.replace(/(\/chunks)?\/[^/]*$/, '/');
/** The folder that the packages stand in side by side, in the workspace and where a package manager puts them flat. */
const shelf = /* @__PURE__ */ ownFile.replace(/[^/]+\/[^/]+\/$/, '');

function isOurs(frame: string): boolean {
  if (/\/@unfoldjs\/[^/]+\/dist\//.test(frame)) return true;
  const at = frame.indexOf(shelf);
  return at >= 0 && /^[^/]+\/dist\//.test(frame.slice(at + shelf.length));
}
