import { expect, onTestFinished, test } from 'vitest';
import { type Client, connect, newConversation, newUser } from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';

const SOCKETS = 1_000;
const BUYERS = 20;
const CONTENT = 'x'.repeat(4_000);
/** A frame around it, roughly. */
const FRAME_BYTES = 4_400;

test('1,000 stalled readers on busy conversations: memory stays bounded, all are closed, others chat on', async () => {
  const node = await nodeForTest({
    ...clusterEnv(await createDatabase()),
    RATE_LIMITS: 'off',
  });
  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(`${node.url}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1]);
  };
  const seller = await newUser();
  const buyers = await Promise.all(Array.from({ length: BUYERS }, newUser));
  const conversations = await Promise.all(
    buyers.map((buyer) => newConversation(node.url, buyer, seller)),
  );
  const stalled: Client[] = [];
  for (let i = 0; i < SOCKETS; i += BUYERS)
    stalled.push(...(await Promise.all(buyers.map((buyer) => connect(node.wsUrl, buyer)))));
  onTestFinished(() => {
    for (const client of stalled) client.socket.terminate();
  });
  for (const client of stalled) client.socket.pause();

  const rss = (): Promise<number> => metric('process_resident_memory_bytes');
  const before = await rss();
  let most = 0;
  let open = Infinity;
  const sender = await connect(node.wsUrl, seller);
  for (let round = 0; open > 1; round += 1) {
    for (const conversationId of conversations)
      sender.send({ type: 'send_message', conversationId, content: CONTENT });
    // Not so fast that the sender itself is too slow for what comes back.
    if (round % 5 === 0) {
      await sender.settle();
      open = await metric('parley_connections');
      most = Math.max(most, await rss());
    }
  }
  // uWebSockets.js doubles its buffers as they grow.
  expect(most - before).toBeLessThan(2 * SOCKETS * 256 * FRAME_BYTES);
  // The sender's own are on their way.
  await expect.poll(() => metric('parley_undelivered_bytes')).toBe(0);
}, 120_000);
