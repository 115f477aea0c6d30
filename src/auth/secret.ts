import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Development's secret: made at the first start, kept in `stateDir`, so that tokens survive a restart. */
export async function generatedSecret(stateDir: string): Promise<string> {
  const file = path.join(stateDir, 'jwt-secret');
  await mkdir(stateDir, { recursive: true });
  // Never overwrites: of two nodes that start together the first one's holds.
  await writeFile(file, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 }).catch(
    (error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    },
  );
  return readFile(file, 'utf8');
}
