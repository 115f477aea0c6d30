/** The operator can mend it: `main.ts` prints the message alone, as one line, and exits with 1. */
export class StartupError extends Error {
  readonly code = 'startup_failed';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartupError';
  }
}
