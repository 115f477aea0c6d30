import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../src/lib/free-port.ts';
import { startBalancer } from '../support/balancer.ts';
import { scrape } from '../support/metrics.ts';
import { startProxy } from '../support/proxy.ts';
import type { NodeProcess } from '../support/spawn-node.ts';
import { Stage, TALL } from './support/stage.ts';

/** Nodes that differ in their addresses alone, as in containers. */
const ADDRESSES = ['127.0.0.2', '127.0.0.3'] as const;
const MESSAGES = 30;
async function stageForTest(env?: Parameters<typeof Stage.set>[0]): Promise<Stage> {
  const stage = await Stage.set(env);
  onTestFinished(() => stage[Symbol.asyncDispose]());
  return stage;
}

const socketsOf = async ({ url }: NodeProcess): Promise<number> =>
  (await scrape(url)).value('parley_connections');

/** The node with the most sockets. */
const busiest = async ({ first, second }: Stage): Promise<NodeProcess> =>
  (await socketsOf(first)) >= (await socketsOf(second)) ? first : second;

const numbered = (name: string): string[] =>
  Array.from({ length: MESSAGES }, (_, i) => `${name} ${i}`);

test.each([
  ['is killed', 'SIGKILL'],
  ['drains', 'SIGTERM'],
] as const)(
  'a node %s while both sides send: the pages go on at the other one, nothing is lost, doubled or reordered',
  async (_, signal) => {
    const ports = { port: await freePort(), agentCheckPort: await freePort() };
    const stage = await stageForTest((index) => ({
      HOST: ADDRESSES[index] ?? '',
      PORT: String(ports.port),
      DRAIN_SECONDS: '1',
    }));
    const { url, ...balancer } = await startBalancer('nginx', ADDRESSES, ports);
    onTestFinished(() => balancer[Symbol.asyncDispose]());
    const { buyer, seller, conversationId } = await stage.newPair();
    const visit = { url, conversationId };
    const bea = await stage.visit(buyer, { ...visit, context: await stage.newContext(TALL) });
    const sam = await stage.visit(seller, { ...visit, context: await stage.newContext(TALL) });
    await expect.poll(stage.socketCount).toBe(2);
    const node = await busiest(stage);
    const [beas, sams] = [numbered('Bea'), numbered('Sam')];
    const talk = async (inbox: typeof bea, texts: readonly string[]): Promise<void> => {
      for (const [i, text] of texts.entries()) {
        // Whoever is on it has one on its way that will never be answered.
        if (inbox === bea && i === 8 && signal === 'SIGKILL') node.kill('SIGSTOP');
        if (inbox === bea && i === 12) node.kill(signal);
        await inbox.send(text);
      }
    };
    await Promise.all([talk(bea, beas), talk(sam, sams)]);
    await node.exited;

    await expect.poll(() => bea.mark(beas.at(-1) ?? '')).toBe('read');
    await expect.poll(() => sam.mark(sams.at(-1) ?? '')).toBe('read');
    const stored = await stage.stored(conversationId);
    expect(stored.filter((text) => text.startsWith('Bea'))).toEqual(beas);
    expect(stored.filter((text) => text.startsWith('Sam'))).toEqual(sams);
    expect(stored).toHaveLength(2 * MESSAGES);
    await expect.poll(bea.texts).toEqual(stored);
    await expect.poll(sam.texts).toEqual(stored);
    await expect.poll(bea.bannerText).toBe('');
  },
  60_000,
);

test('a half-open socket is found by the heartbeat, and nothing is lost', async () => {
  const stage = await stageForTest();
  const proxy = await startProxy(stage.first.url);
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  const { buyer, seller, conversationId } = await stage.newPair();
  const context = await stage.newContext();
  await context.clock.install();
  const bea = await stage.visit(buyer, { url: proxy.url, context, conversationId });
  const sam = await stage.visit(seller, { url: stage.second.url, conversationId });
  await bea.send('before');
  await expect.poll(() => bea.mark('before')).toBe('read');
  proxy.lose('everything');
  await sam.send('unheard');
  await expect.poll(() => sam.mark('unheard')).toBe('sent');
  await bea.send('unsaid');
  expect(await bea.texts()).toEqual(['before', 'unsaid']);
  // A ping after 25 s, no answer in 10 s, and the first wait before another try.
  for (const ms of [25_500, 10_500, 1_000]) await bea.page.clock.fastForward(ms);
  await expect.poll(bea.texts).toEqual(['before', 'unheard', 'unsaid']);
  await expect.poll(() => bea.mark('unsaid')).toBe('read');
  expect(await stage.stored(conversationId)).toEqual(['before', 'unheard', 'unsaid']);
});

test('whoever comes back to the tab finds out within seconds that its socket is half-open', async () => {
  const stage = await stageForTest();
  const proxy = await startProxy(stage.first.url);
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  const { buyer, seller, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { url: proxy.url, conversationId });
  const sam = await stage.visit(seller, { url: stage.second.url, conversationId });
  await bea.send('before');
  await expect.poll(() => bea.mark('before')).toBe('read');
  proxy.lose('everything');
  await sam.send('unheard');
  await expect.poll(() => sam.mark('unheard')).toBe('sent');
  // A headless page is always visible: what is left of coming back is the event.
  await bea.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await expect.poll(bea.texts).toEqual(['before', 'unheard']);
});
