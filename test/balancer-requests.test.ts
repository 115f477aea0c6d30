import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { freePort } from '../src/lib/free-port.ts';
import { packagePath } from '../src/lib/package-path.ts';
import { run } from '../src/lib/run.ts';
import { type Balancer, type BalancerName, need, startBalancer } from './support/balancer.ts';
import { upgradeStatus } from './support/client.ts';
import { post } from './support/post.ts';
import {
  type StandInNode,
  type StandInOptions,
  startStandInNode,
} from './support/stand-in-node.ts';

const ADDRESSES = ['127.0.0.2', '127.0.0.3'] as const;
/** The limits of both configurations, per client address. */
const MAX_SOCKETS = 1_000;
const MAX_REQUESTS_AT_ONCE = 3_000;

type Behaviour = Pick<StandInOptions, 'posts' | 'sockets'>;

interface Scene {
  readonly balancer: Balancer;
  readonly nodes: readonly StandInNode[];
}

/** A balancer before two nodes. */
async function scene(
  name: BalancerName,
  behaviours: readonly [Behaviour, Behaviour] = [{}, {}],
  trustedHops: readonly string[] = [],
): Promise<Scene> {
  const ports = { port: await freePort(), agentCheckPort: await freePort() };
  const nodes = await Promise.all(
    ADDRESSES.map((host, i) => startStandInNode({ host, port: ports.port, ...behaviours[i] })),
  );
  const balancer = await startBalancer(name, ADDRESSES, ports, trustedHops);
  onTestFinished(async () => {
    await balancer[Symbol.asyncDispose]();
    for (const node of nodes) await node[Symbol.asyncDispose]();
  });
  await expect.poll(async () => (await fetch(`${balancer.url}/healthz`)).status).toBe(200);
  return { balancer, nodes };
}

/** What the nodes got, other than probes. */
const requestsOf = ({ nodes }: Scene) =>
  nodes.flatMap(({ requests }) => requests).filter(({ url }) => url !== '/healthz');

describe.each(['nginx', 'haproxy'] as const)('%s', (name) => {
  test('nodes get the address of the client, whatever the client wrote there, and an id', async () => {
    const here = await scene(name);
    await fetch(`${here.balancer.url}/docs`, {
      headers: { 'X-Forwarded-For': '6.6.6.6', 'X-Request-Id': 'forged" status=200' },
    });
    const id = 'an-id_of-the-client';
    await fetch(`${here.balancer.url}/docs?limit=1`, { headers: { 'X-Request-Id': id } });
    const to = (url: string) => requestsOf(here).find((request) => request.url === url);
    expect(to('/docs')?.headers).toMatchObject({
      host: new URL(here.balancer.url).host,
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{32,36}$/),
    });
    expect(to('/docs?limit=1')?.headers['x-request-id']).toBe(id);
    expect(here.balancer.log()).toContain(id);
    expect(here.balancer.log()).not.toContain('6.6.6.6');
  });

  test.each([
    ['one', '6.6.6.6, 203.0.113.7'],
    ['two', '6.6.6.6, 203.0.113.7, 10.9.9.9'],
  ])('behind %s trusted hops the client is who came to the first of them', async (_, header) => {
    const here = await scene(name, [{}, {}], ['127.0.0.1', '10.0.0.0/8']);
    await fetch(`${here.balancer.url}/docs`, { headers: { 'X-Forwarded-For': header } });
    expect(requestsOf(here)[0]?.headers['x-forwarded-for']).toBe('203.0.113.7');
    expect(here.balancer.log()).toContain('203.0.113.7');
  });

  test('no token is logged, wherever it was and whatever went wrong', async () => {
    const here = await scene(name, [{ posts: 'breaks', sockets: 'refuses' }, { posts: 'breaks' }]);
    const { url, wsUrl } = here.balancer;
    const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJib2IifQ.c2lnbmF0dXJl';
    const headers = {
      authorization: `Bearer ${token}`,
      cookie: `parley_token=${token}`,
      referer: `${url}/?token=${token}`,
    };
    expect(await upgradeStatus(`${wsUrl}?token=${token}`, headers)).toBe(101);
    expect(await upgradeStatus(wsUrl, {}, ['parley.v1', `bearer.${token}`])).toBe(101);
    expect((await post(`${url}/api?token=${token}`, {}, headers)).status).toBe(503);
    for (const node of here.nodes) await node[Symbol.asyncDispose]();
    expect((await fetch(`${url}/api/gone?token=${token}`, { headers })).status).toBe(503);
    expect(requestsOf(here).some((request) => request.url.includes(token))).toBe(true);
    await expect.poll(() => here.balancer.log()).toMatch(/path\W+\/api\/gone\W/);
    await expect.poll(() => here.balancer.log()).toMatch(/path\W+\/ws\W/);
    expect(here.balancer.log()).not.toContain('eyJ');
    expect(here.balancer.log()).not.toContain('c2lnbmF0dXJl');
  });

  test('a POST that a node has seen is not sent again; the client is told to decide', async () => {
    const here = await scene(name, [{ posts: 'breaks' }, { posts: 'breaks' }]);
    const { status, headers, body } = await post(`${here.balancer.url}/api`);
    expect(status).toBe(503);
    expect(headers).toMatchObject({
      'content-type': 'application/problem+json',
      'retry-after': '1',
    });
    expect(JSON.parse(body)).toMatchObject({ status: 503, code: 'unavailable' });
    expect(requestsOf(here)).toHaveLength(1);
  });

  test('what a node did not take goes to another: connections refused, sockets answered with 503', async () => {
    const here = await scene(name, [{ sockets: 'refuses' }, {}]);
    for (let i = 0; i < 10; i += 1) expect(await upgradeStatus(here.balancer.wsUrl, {})).toBe(101);
    expect(here.nodes[0]?.requests.some(({ url }) => url === '/ws')).toBe(true);
    await here.nodes[0]?.[Symbol.asyncDispose]();
    for (let i = 0; i < 10; i += 1)
      expect((await post(`${here.balancer.url}/api`)).status).toBe(200);
  });

  test('an address has so many sockets and no more, until it closes some', async () => {
    const { balancer } = await scene(name);
    const sockets: WebSocket[] = [];
    onTestFinished(() => sockets.forEach((socket) => socket.terminate()));
    const open = (): Promise<void> =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(balancer.wsUrl);
        sockets.push(socket);
        socket.on('open', resolve);
        socket.on('error', reject);
      });
    for (let i = 0; i < MAX_SOCKETS; i += 50) await Promise.all(Array.from({ length: 50 }, open));
    expect(await upgradeStatus(balancer.wsUrl, {})).toBe(429);
    sockets[0]?.terminate();
    await expect.poll(() => upgradeStatus(balancer.wsUrl, {})).toBe(101);
  });

  test('an address has so many requests at once and no more', async () => {
    const { balancer } = await scene(name);
    const statuses = new Set<number>();
    let refused: Response | undefined;
    for (let i = 0; i <= MAX_REQUESTS_AT_ONCE && refused === undefined; i += 100) {
      const answers = await Promise.all(
        Array.from({ length: 100 }, () => fetch(`${balancer.url}/docs`)),
      );
      for (const answer of answers) {
        statuses.add(answer.status);
        if (answer.status === 429) refused = answer;
      }
    }
    expect(statuses).toEqual(new Set([200, 429]));
    expect(refused?.headers.get('retry-after')).toBe('1');
    expect(await refused?.json()).toMatchObject({ code: 'rate_limited', retryAfterMs: 1_000 });
  });

  test('metrics are not for the world', async () => {
    const here = await scene(name);
    expect((await fetch(`${here.balancer.url}/metrics`)).status).toBe(404);
    expect(requestsOf(here)).toEqual([]);
  });
});

test('the TLS server of nginx is accepted by nginx', async () => {
  need('nginx');
  need('openssl');
  const folder = await mkdtemp(path.join(tmpdir(), 'parley-tls-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const at = (file: string) => path.join(folder, file);
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=chat.example'];
  await run('openssl', [...request, '-keyout', at('tls.key'), '-out', at('tls.crt')]);
  for (const file of ['nginx', 'locations', 'nodes', 'trusted-hops', 'unlimited'])
    await copyFile(packagePath(`deploy/nginx/${file}.conf`), at(`${file}.conf`));
  const site = await readFile(packagePath('deploy/nginx/site-tls.conf'), 'utf8');
  await writeFile(at('site.conf'), site.replaceAll('/etc/parley/tls', folder));
  // It opens /dev/stdout, which can't be done with a socket.
  const tested = run('sh', ['-c', `nginx -t -p ${folder} -c ${at('nginx.conf')} >/dev/null`]);
  await expect(tested).resolves.toBe('');
});
