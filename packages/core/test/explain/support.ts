/** What is thrown. */
export async function caughtFrom(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (fault) {
    return fault;
  }
  throw new Error('nothing was thrown');
}
