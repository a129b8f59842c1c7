import type { Context, Hook, Runnable, Suite, Test } from 'mocha';

/** Why a test is skipped, and, where a way of running (`gpu:webasm`, `gpu:webgpu`, ...) is missing, which one. */
export type SkipReason = string | { readonly mode: string; readonly reason: string };

type Annotated = (Test | Runnable | Suite) & { skipReason?: string };

// Shared with the reporter, which is another module graph.
const shared = globalThis as { [modesKey]?: Set<string> };
const modesKey = Symbol.for('@unfoldjs/test-support modes');

const requiredModes = (): string[] => (process.env['UNFOLD_REQUIRE'] ?? '').split(',').map((mode) => mode.trim());

/** What a skip in this hook or test leaves out: a `before` hook skips all tests of its suite. */
function skipped(context: Context): Annotated {
  const runnable = context.test as (Test | Hook) | undefined;
  if (!runnable) throw new Error('skip(this, ...) belongs into a test or a hook written as a function () { ... }');
  if (runnable.type !== 'hook') return runnable;
  const isEach = runnable.title.includes('each');
  return isEach && context.currentTest ? context.currentTest : (runnable.parent ?? runnable);
}

/**
 * Skips the test, or in a `before` hook the suite, that calls it. The reporter lists it with the reason.
 *
 * @param context - mocha's `this`.
 * @throws Error when `mode` is one of those that the environment variable UNFOLD_REQUIRE lists: what must run is not skipped.
 *
 * @example no-run
 * before(async function () {
 *   const refusal = await whyNot('webgpu');
 *   if (refusal) skip(this, { mode: 'gpu:webgpu', reason: refusal });
 *   modeRuns('gpu:webgpu');
 * });
 */
export function skip(context: Context, why: SkipReason): never {
  const { mode, reason } = typeof why === 'string' ? { mode: undefined, reason: why } : why;
  if (mode !== undefined && requiredModes().includes(mode)) {
    throw new Error(`mode ${mode} must run here (UNFOLD_REQUIRE), but: ${reason}`);
  }
  skipped(context).skipReason = mode === undefined ? reason : `${mode}: ${reason}`;
  return context.skip();
}

/** Says that tests of this mode run in this process. A mode of UNFOLD_REQUIRE that nobody names here is a failure. */
export function modeRuns(mode: string): void {
  (shared[modesKey] ??= new Set()).add(mode);
}
