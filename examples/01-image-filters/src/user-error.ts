/** A mistake in what the user gave: shown as one message without a stack. */
export class UserError extends Error {
  override readonly name = 'UserError';

  constructor(
    message: string,
    /** 2 for a command line that makes no sense, 1 for everything else. */
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message);
  }
}

/** The message of anything thrown. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
