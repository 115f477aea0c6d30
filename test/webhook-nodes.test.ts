/** Webhooks of real nodes and workers, to the receiver that docs/webhooks.md shows. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../src/lib/free-port.ts';
import { packagePath } from '../src/lib/package-path.ts';
import { connect, newConversation, newUser } from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { scrape } from './support/metrics.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';
import { until } from './support/until.ts';

interface Example {
  readonly url: string;
  readonly secret: string;
  /** What it has printed. */
  readonly lines: () => string[];
}

async function startExample(): Promise<Example> {
  const text = await readFile(packagePath('docs/webhooks.md'), 'utf8');
  const [, code = ''] = /^```js\n(\/\/ docs\/webhooks\.md: Node\n.*?)^```/ms.exec(text) ?? [];
  // Beside the sources: the library is found from there.
  const folder = await mkdtemp(packagePath('node_modules/.webhook-docs-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'receiver.mjs');
  await writeFile(file, code);
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const port = await freePort();
  const running = spawn(process.execPath, [file], {
    env: { PORT: String(port), WEBHOOK_SECRET: secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void running.kill());
  let output = '';
  running.stdout.setEncoding('utf8').on('data', (piece: string) => (output += piece));
  const url = `http://127.0.0.1:${port}/`;
  const refuses = () =>
    fetch(url, { method: 'POST', body: '{}' }).then(
      ({ status }) => status === 401,
      () => false,
    );
  await until('the example to refuse what is not signed', refuses);
  return { url, secret, lines: () => output.split('\n').filter(Boolean) };
}

test.each([
  { what: 'a node', roles: ['all'] },
  { what: 'a node with a worker beside it', roles: ['node', 'worker'] },
])('$what tells of messages, and of those that stay unread', async ({ roles }) => {
  const example = await startExample();
  const env = {
    ...clusterEnv(await createDatabase()),
    WEBHOOK_URL: example.url,
    WEBHOOK_SECRET: example.secret,
    // Two seconds.
    EMAIL_AFTER_MINUTES: '0.034',
  };
  const nodes = [];
  for (const ROLE of roles) nodes.push(await nodeForTest({ ...env, ROLE }));
  const [node, worker = node] = nodes;
  if (node === undefined || worker === undefined) throw new Error('there are no nodes');
  const [buyer, seller] = [await newUser(), await newUser()];
  const conversationId = await newConversation(node.url, buyer, seller);
  const client = await connect(node.wsUrl, buyer);
  const contents = Array.from({ length: 20 }, (_, n) => `message ${n}`);
  for (const content of contents) client.send({ type: 'send_message', conversationId, content });
  const expected = contents.map((content) => `${buyer.id} wrote to ${seller.id}: ${content}`);
  await expect.poll(() => example.lines().toSorted()).toEqual(expected.toSorted());
  const taken = async (type: string) =>
    (await scrape(worker.url)).value(`parley_webhooks_total{type="${type}",outcome="taken"}`);
  await expect.poll(() => taken('message.created')).toBe(20);
  await expect.poll(() => taken('conversation.created')).toBe(1);
  await expect.poll(() => taken('message.unread')).toBe(1);
});
