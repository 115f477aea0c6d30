/** What clients get as `cursor`: opaque to them, PostgreSQL's time to us, in milliseconds since 1970. */
export const encodeCursor = (ms: number): string => Buffer.from(String(ms)).toString('base64url');

/** @returns `undefined` when it is not one of ours */
export function decodeCursor(cursor: string): number | undefined {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
