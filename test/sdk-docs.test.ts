import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';
import { packagePath } from '../src/lib/package-path.ts';
import { connect, newConversation, newUser } from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';

/** The code of docs/sdk.md, by language. */
async function examples(language: string): Promise<string[]> {
  const text = await readFile(packagePath('docs/sdk.md'), 'utf8');
  return Array.from(text.matchAll(/^```(\w+)\n(.*?)^```/gms))
    .filter(([, name]) => name === language)
    .map(([, , code = '']) => code);
}

test('the examples can be parsed', async () => {
  for (const loader of ['ts', 'tsx'] as const) {
    const all = await examples(loader);
    expect(all.length).toBeGreaterThan(0);
    for (const code of all)
      expect(await transform(code, { loader })).toMatchObject({ warnings: [] });
  }
});

test('the bot for Node answers', async () => {
  const bot = (await examples('ts')).find((code) => code.startsWith('// docs/sdk.md: Node'));
  const node = await nodeForTest(clusterEnv(await createDatabase()));
  const [buyer, seller] = [await newUser(), await newUser()];
  const id = await newConversation(node.url, buyer, seller);

  // Beside the sources: `ws` is found from there, and the package itself by its path.
  const folder = await mkdtemp(packagePath('node_modules/.sdk-docs-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'bot.ts');
  const entry = packagePath('src/client/parley-client.ts');
  await writeFile(file, (bot ?? '').replace("'parley/client'", JSON.stringify(entry)));
  const running = spawn(process.execPath, ['--import', 'tsx', file], {
    cwd: packagePath('.'),
    env: { ...process.env, PARLEY_URL: node.url, PARLEY_TOKEN: seller.token },
    stdio: 'inherit',
  });
  onTestFinished(() => void running.kill());

  const client = await connect(node.wsUrl, buyer);
  for (const content of ['hello', 'again']) {
    client.send({ type: 'send_message', conversationId: id, content });
    const answer = await client.next(
      'new_message',
      ({ message }) => message.content === `You wrote: ${content}`,
    );
    expect(answer['message'].senderId).toBe(seller.id);
  }
  expect(client.frames.filter(({ type }) => type === 'new_message')).toHaveLength(4);
  client.socket.close();
});
