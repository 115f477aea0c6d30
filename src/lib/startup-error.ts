/** The operator can mend it: `main.ts` prints the message alone, as one line, and exits with 1. */
export class StartupError extends Error {
  readonly code = 'startup_failed';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartupError';
  }
}

/** Errors lose their class on the way from another process. */
export const startupErrorOf = (error: unknown): StartupError | undefined =>
  error instanceof Error && error.name === 'StartupError'
    ? new StartupError(error.message)
    : undefined;
