import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Development's secret: made at the first start, kept in `stateDir`, so that tokens survive a restart. */
export async function generatedSecret(stateDir: string): Promise<string> {
  const file = path.join(stateDir, 'jwt-secret');
  const draft = `${file}.${randomUUID()}`;
  await mkdir(stateDir, { recursive: true });
  await writeFile(draft, randomBytes(32).toString('hex'), { mode: 0o600 });
  // Never overwrites, and is there with all it holds: of nodes that start together the first one's counts.
  await link(draft, file).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
  await unlink(draft);
  return readFile(file, 'utf8');
}
