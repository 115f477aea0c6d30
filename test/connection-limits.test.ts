import { connect as connectTcp } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { Client, type User, connect, newUser, upgradeStatus } from './support/client.ts';
import { freshCluster, limitedCount } from './support/fresh-cluster.ts';
import type { NodeProcess } from './support/spawn-node.ts';

// The numbers of docs/protocol.md.
const FRAMES = { burst: 500 };
const SOCKETS_PER_USER = 20;

/** @param client as `X-Forwarded-For` names it; a line for each when there are several */
const handshake = (node: NodeProcess, client: string | string[]): Promise<number> =>
  upgradeStatus(node.wsUrl, { 'x-forwarded-for': client });

describe('frames', () => {
  test('a flood of them ends the socket with 4429; others of the node live on', async () => {
    const { nodes, buyer, seller } = await freshCluster(1);
    const [client, other] = [
      await connect(nodes[0].wsUrl, buyer),
      await connect(nodes[0].wsUrl, seller),
    ];
    for (let i = 0; i < FRAMES.burst - 20; i += 1) client.send({ type: 'ping' });
    await client.take('pong', FRAMES.burst - 20);
    for (let i = 0; i < FRAMES.burst; i += 1) client.send({ type: 'ping' });
    expect(await client.closed).toEqual([4429, 'too many frames']);
    expect(await limitedCount(nodes[0], 'frames')).toBe(1);
    await other.settle();
    // 50 a second are allowed again.
    await sleep(500);
    await (await connect(nodes[0].wsUrl, buyer)).settle();
  });

  test('protocol pings count too', async () => {
    const { nodes, buyer } = await freshCluster(1);
    const client = await connect(nodes[0].wsUrl, buyer);
    for (let i = 0; i < 2 * FRAMES.burst; i += 1) client.socket.ping();
    expect(await client.closed).toEqual([4429, 'too many frames']);
  });
});

describe('sockets', () => {
  test('a user has 20; one more is closed with 4429, and one that went makes room', async () => {
    const { nodes, buyer, seller } = await freshCluster(1);
    const { wsUrl } = nodes[0];
    const open: Client[] = [];
    for (let i = 0; i < SOCKETS_PER_USER; i += 1) open.push(await connect(wsUrl, buyer));
    const headers = { authorization: `Bearer ${buyer.token}` };
    const extra = new Client(new WebSocket(wsUrl, { headers }));
    expect(await extra.closed).toEqual([4429, 'too many sockets']);
    expect(extra.frames).toEqual([]);
    await connect(wsUrl, seller);
    open[0]!.socket.close();
    await open[0]!.closed;
    const again = await connect(wsUrl, buyer);
    for (const client of [...open.slice(1), again]) await client.settle();
  });

  test('who opens them too often, on all nodes together, is closed with 4429', async () => {
    const { nodes, buyer, seller } = await freshCluster(3);
    const headers = { authorization: `Bearer ${buyer.token}` };
    const open = async (node: NodeProcess): Promise<string> => {
      const client = new Client(new WebSocket(node.wsUrl, { headers }));
      const closed = client.closed.then(([code, reason]) => `${code} ${reason}`);
      const connected = client.next('connected').then(
        () => 'connected',
        () => closed,
      );
      const verdict = await Promise.race([closed, connected]);
      client.socket.terminate();
      return verdict;
    };
    for (const node of nodes) {
      let count = 0;
      while ((await open(node)) === 'connected') count += 1;
      expect(count).toBeLessThan(60);
      expect(await limitedCount(node, 'openings')).toBe(1);
    }
    // One a second is what each node would let pass by itself. A node learns that all had too much when it next tells of one.
    await sleep(2_000);
    for (const node of nodes) await open(node);
    await sleep(2_000);
    for (const node of nodes) expect(await open(node)).toBe('4429 opened too often');
    await connect(nodes[0].wsUrl, seller);
  });
});

describe('addresses', () => {
  test('handshakes are limited for each client that a trusted proxy names', async () => {
    const { nodes } = await freshCluster(1, { TRUSTED_PROXIES: '127.0.0.0/8' });
    const many = await Promise.all(
      Array.from({ length: 700 }, (_, i) =>
        // What it wrote itself is another one each time: in the same line as nginx does it, in a line above as HAProxy does.
        handshake(
          nodes[0],
          i % 2 === 0 ? `9.9.9.${i % 250}, 198.51.100.1` : [`9.9.9.${i % 250}`, '198.51.100.1'],
        ),
      ),
    );
    expect(new Set(many)).toEqual(new Set([401, 429]));
    expect(many.filter((status) => status === 401).length).toBeGreaterThanOrEqual(500);
    expect(await handshake(nodes[0], '198.51.100.2')).toBe(401);
    expect(nodes[0].output()).not.toContain('TRUSTED_PROXIES');
  });

  test('500 sockets from one of them; one more is closed with 4429', async () => {
    const { nodes } = await freshCluster(1, { TRUSTED_PROXIES: '127.0.0.1' });
    const users = await Promise.all(Array.from({ length: 26 }, () => newUser()));
    const open = (user: User, client: string): Client => {
      const headers = { authorization: `Bearer ${user.token}`, 'x-forwarded-for': client };
      return new Client(new WebSocket(nodes[0].wsUrl, { headers }));
    };
    for (const user of users.slice(0, 25)) {
      const clients = Array.from({ length: 20 }, () => open(user, '198.51.100.1'));
      await Promise.all(clients.map((client) => client.next('connected')));
    }
    const last = users[25]!;
    expect(await open(last, '198.51.100.1').closed).toEqual([4429, 'too many sockets']);
    await open(last, '198.51.100.2').next('connected');
  });

  test('TCP connections from one of them are cut when too many come at once; from others they are taken', async () => {
    const { nodes, buyer } = await freshCluster(1);
    const { port, wsUrl } = nodes[0];
    const sockets = Array.from({ length: 1_500 }, () =>
      connectTcp({ port, host: '127.0.0.1', localAddress: '127.9.9.9' }),
    );
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    let cut = 0;
    for (const socket of sockets) {
      socket.on('error', () => undefined);
      socket.on('close', () => (cut += 1));
      // So that the end is seen.
      socket.resume();
    }
    await expect.poll(() => limitedCount(nodes[0], 'connections')).toBeGreaterThan(100);
    await expect.poll(() => cut).toBeGreaterThan(100);
    await (await connect(wsUrl, buyer)).settle();
  });

  test('nobody else is believed, the log says so once, and no address gets into it', async () => {
    const { nodes } = await freshCluster(1, { LOG_LEVEL: 'trace' });
    const node = nodes[0];
    const many = await Promise.all(
      Array.from({ length: 700 }, (_, i) => handshake(node, `198.51.${i % 100}.1`)),
    );
    expect(many.filter((status) => status === 429).length).toBeGreaterThan(50);
    expect(node.output().match(/TRUSTED_PROXIES/g)).toHaveLength(1);
    expect(node.output()).not.toMatch(/198\.51\./);
  });
});
