/** What the operating system, or a library, calls the error: `ENOENT`; `undefined` when it has no name. */
export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
