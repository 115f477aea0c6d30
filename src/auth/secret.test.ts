import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { generatedSecret } from './secret.ts';

test('nodes that start together have one secret, and so has the next', async () => {
  const stateDir = await mkdtemp(path.join(tmpdir(), 'parley-secret-'));
  onTestFinished(() => rm(stateDir, { recursive: true, force: true }));
  const secrets = await Promise.all(Array.from({ length: 20 }, () => generatedSecret(stateDir)));
  expect(secrets[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(new Set([...secrets, await generatedSecret(stateDir)]).size).toBe(1);
  expect(await readdir(stateDir)).toEqual(['jwt-secret']);
});
