import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import {
  type CryptoKey,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
  exportJWK,
  exportSPKI,
  generateKeyPair,
} from 'jose';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { Client, connect, rest, signToken, upgradeStatus } from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';
import { type NodeProcess, SECRET, startNode } from './support/spawn-node.ts';
import { freePort } from '../src/lib/free-port.ts';

const SHOP = 'https://shop.example';
const EVIL = 'https://evil.example';
const PATH = '/api/conversations';

/** What the file sent as a token, good or bad, to look for it in the logs. */
const sent = new Set<string>();
const bytes = (secret: string) => new TextEncoder().encode(secret);
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1_000) + seconds;
const good = (): JWTPayload => ({ sub: randomUUID(), exp: inSeconds(3_600) });

async function sign(
  claims: JWTPayload,
  key: CryptoKey | Uint8Array = bytes(SECRET),
  header: JWTHeaderParameters = { alg: 'HS256' },
): Promise<string> {
  const token = await new SignJWT(claims).setProtectedHeader(header).sign(key);
  sent.add(token);
  return token;
}

/** `[over REST, at the upgrade]` */
async function statuses(node: NodeProcess, token: string): Promise<readonly [number, number]> {
  sent.add(token);
  const [answer, upgrade] = await Promise.all([
    rest(node.url, { id: '', token }, 'GET', PATH),
    upgradeStatus(node.wsUrl, { authorization: `Bearer ${token}` }),
  ]);
  return [answer.status, upgrade];
}

/** Serves `keys` as a JWKS; `mode` breaks it. */
class KeyServer {
  keys: JWK[] = [];
  mode: 'ok' | 'error' | 'garbage' = 'ok';
  fetches = 0;
  readonly #server: Server = createServer((_, response) => {
    this.fetches += 1;
    response.writeHead(this.mode === 'error' ? 500 : 200, { 'content-type': 'application/json' });
    response.end(this.mode === 'garbage' ? '<html>' : JSON.stringify({ keys: this.keys }));
  });

  async listen(port: number): Promise<string> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    return `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}/jwks`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

type Algorithm = 'RS256' | 'ES256' | 'EdDSA';

async function newKey(alg: Algorithm, kid: string) {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
  return { jwk, publicKey, sign: (claims = good()) => sign(claims, privateKey, { alg, kid }) };
}

const keyServer = new KeyServer();
const keys = new Map<Algorithm, Awaited<ReturnType<typeof newKey>>>();
let plain: NodeProcess;
let shop: NodeProcess;
let strict: NodeProcess;
let jwks: NodeProcess;
let jwksEnv: Record<string, string>;

beforeAll(async () => {
  for (const alg of ['RS256', 'ES256', 'EdDSA'] as const) {
    // oxlint-disable-next-line no-await-in-loop
    keys.set(alg, await newKey(alg, `first-${alg}`));
  }
  keyServer.keys = [...keys.values()].map((key) => key.jwk);
  const env: Record<string, string> = {
    ...clusterEnv(await createDatabase()),
    LOG_LEVEL: 'trace',
  };
  jwksEnv = { ...env };
  delete jwksEnv['JWT_SECRET'];
  [plain, shop, strict, jwks] = await Promise.all([
    startNode(env),
    startNode({ ...env, ALLOWED_ORIGINS: SHOP }),
    startNode({ ...env, JWT_ISSUER: 'https://id.example', JWT_AUDIENCE: 'chat' }),
    startNode({ ...jwksEnv, JWKS_URL: await keyServer.listen(0) }),
  ]);
});
afterAll(async () => {
  const nodes = [plain, shop, strict, jwks];
  for (const node of nodes) node.kill('SIGKILL');
  await Promise.all(nodes.map((node) => node.exited));
  keyServer.stop();
});

describe('where a token is taken from', () => {
  const PLACES = ['header', 'protocol', 'cookie', 'query'] as const;
  type Tokens = Partial<Record<(typeof PLACES)[number], string>>;

  const open = (tokens: Tokens, origin: string | undefined = SHOP) => ({
    url: tokens.query === undefined ? shop.wsUrl : `${shop.wsUrl}?token=${tokens.query}`,
    protocols: tokens.protocol === undefined ? [] : ['parley.v1', `bearer.${tokens.protocol}`],
    headers: {
      ...(origin === undefined ? {} : { origin }),
      ...(tokens.header === undefined ? {} : { authorization: `Bearer ${tokens.header}` }),
      ...(tokens.cookie === undefined ? {} : { cookie: `a=b; parley_token=${tokens.cookie}` }),
    },
  });
  const status = (tokens: Tokens, origin?: string) => {
    const { url, headers, protocols } = open(tokens, origin);
    return upgradeStatus(url, headers, protocols);
  };

  test.each(PLACES.map((place, i) => [place, PLACES.slice(i)] as const))(
    '%s goes before all that follow it',
    async (place, present) => {
      const users = Object.fromEntries(present.map((name) => [name, randomUUID()]));
      const tokens: Tokens = {};
      // oxlint-disable-next-line no-await-in-loop
      for (const name of present) tokens[name] = await sign({ ...good(), sub: users[name]! });
      const { url, headers, protocols } = open(tokens);
      const client = new Client(new WebSocket(url, protocols, { headers }));
      expect((await client.next('connected'))['userId']).toBe(users[place]);
      expect(client.socket.protocol).toBe('protocol' in tokens ? 'parley.v1' : '');
      client.socket.terminate();
    },
  );

  test.each([
    ['header', 'protocol'],
    ['header', 'cookie'],
    ['header', 'query'],
    ['protocol', 'cookie'],
    ['protocol', 'query'],
    ['cookie', 'query'],
  ] as const)('a bad %s is not rescued by a good %s', async (bad, rescue) => {
    const tokens = {
      [bad]: await sign(good(), bytes('quite another secret of 32 bytes, or more')),
      [rescue]: await sign(good()),
    };
    expect(await status(tokens)).toBe(401);
  });

  test('over REST a bad header is not rescued by the cookie or the query either', async () => {
    const token = await sign(good());
    const answer = await fetch(`${shop.url}${PATH}?token=${token}`, {
      headers: { authorization: 'Bearer bad', cookie: `parley_token=${token}`, origin: SHOP },
    });
    expect(answer.status).toBe(401);
  });

  test('no token at all is 401', async () => {
    expect(await upgradeStatus(plain.wsUrl, {})).toBe(401);
    expect(await upgradeStatus(`${plain.wsUrl}?token=`, {})).toBe(401);
    const answer = await rest(plain.url, undefined, 'GET', PATH);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  test('the cookie opens a socket only from an allowed origin', async () => {
    const cookie = await sign(good());
    expect(await status({ cookie }, SHOP)).toBe(101);
    expect(await status({ cookie }, EVIL)).toBe(403);
    const { url, headers } = open({ cookie });
    expect(await upgradeStatus(url, { cookie: headers.cookie! })).toBe(403);
    // No origin is allowed by name here, and none is said.
    expect(await upgradeStatus(plain.wsUrl, { cookie: headers.cookie! })).toBe(403);
  });

  test('the cookie changes something over REST only from an allowed origin', async () => {
    const cookie = `parley_token=${await sign(good())}`;
    const post = async (origin: Record<string, string>) => {
      const answer = await fetch(shop.url + PATH, {
        method: 'POST',
        headers: { ...origin, cookie, 'content-type': 'application/json' },
        body: JSON.stringify({ listingId: 1, sellerId: randomUUID() }),
      });
      return answer.status;
    };
    expect(await post({ origin: EVIL })).toBe(403);
    expect(await post({})).toBe(403);
    expect(await post({ origin: SHOP })).toBe(201);
  });

  test('a forbidden origin is refused whatever carries the token', async () => {
    const token = await sign(good());
    expect(await status({ header: token }, EVIL)).toBe(403);
    expect(await status({ protocol: token }, EVIL)).toBe(403);
    expect(await status({ query: token }, EVIL)).toBe(403);
    expect(await status({ query: token }, 'null')).toBe(403);
    expect(await status({ query: token }, SHOP)).toBe(101);
  });

  test('without ALLOWED_ORIGINS only the own origin may connect', async () => {
    const authorization = `Bearer ${await sign(good())}`;
    expect(await upgradeStatus(plain.wsUrl, { authorization, origin: plain.url })).toBe(101);
    expect(await upgradeStatus(plain.wsUrl, { authorization, origin: EVIL })).toBe(403);
    expect(await upgradeStatus(plain.wsUrl, { authorization, origin: 'null' })).toBe(403);
    const elsewhere = `http://127.0.0.1:${plain.port === 65_535 ? 1 : plain.port + 1}`;
    expect(await upgradeStatus(plain.wsUrl, { authorization, origin: elsewhere })).toBe(403);
  });
});

describe('HS256', () => {
  test('a good token is accepted, also with upper-case sub', async () => {
    expect(await statuses(plain, await sign(good()))).toEqual([200, 101]);
    const sub = randomUUID().toUpperCase();
    const client = await connect(plain.wsUrl, { id: sub, token: await sign({ ...good(), sub }) });
    expect((await client.next('connected'))['userId']).toBe(sub.toLowerCase());
    client.socket.terminate();
  });

  test.each<[string, () => Promise<string> | string]>([
    ['alg none', () => new UnsecuredJWT(good()).encode()],
    ['RS256', async () => keys.get('RS256')!.sign()],
    ['HS512', () => sign(good(), bytes(SECRET), { alg: 'HS512' })],
    ['no exp', () => sign({ sub: randomUUID() })],
    ['an expired one', () => sign({ ...good(), exp: inSeconds(-1) })],
    ['exp that is text', () => sign({ ...good(), exp: 'tomorrow' as unknown as number })],
    ['no sub', () => sign({ exp: inSeconds(60) })],
    ['sub that is no UUID', () => sign({ ...good(), sub: '42' })],
    ['sub that is no text', () => sign({ ...good(), sub: 42 as unknown as string })],
    ['future nbf', () => sign({ ...good(), nbf: inSeconds(60) })],
    ['another secret', () => sign(good(), bytes('quite another secret of 32 bytes, or more'))],
    ['a changed payload', async () => tampered(await sign(good()))],
    ['no signature', async () => (await sign(good())).replace(/[^.]+$/, '')],
    ['no JWT', () => 'not-a-jwt-but-a-marker'],
  ])('refuses %s', async (_, make) => {
    expect(await statuses(plain, await make())).toEqual([401, 401]);
  });

  test('the previous secret is accepted too, with the same rules, while it is configured', async () => {
    const old = bytes('the secret that was before this one, of 32 bytes');
    const node = await nodeForTest({
      ...clusterEnv(await createDatabase()),
      JWT_SECRET_PREVIOUS: Buffer.from(old).toString(),
    });
    expect(await statuses(node, await sign(good()))).toEqual([200, 101]);
    expect(await statuses(node, await sign(good(), old))).toEqual([200, 101]);
    expect(await statuses(node, await sign({ ...good(), exp: inSeconds(-1) }, old))).toEqual([
      401, 401,
    ]);
    const third = bytes('quite another secret of 32 bytes, or more');
    expect(await statuses(node, await sign(good(), third))).toEqual([401, 401]);
    expect(await statuses(plain, await sign(good(), old))).toEqual([401, 401]);
  });

  test('checks iss and aud when they are configured', async () => {
    const rules = { iss: 'https://id.example', aud: 'chat' };
    expect(await statuses(strict, await sign({ ...good(), ...rules }))).toEqual([200, 101]);
    for (const wrong of [
      { aud: 'chat' },
      { iss: 'https://id.example' },
      { ...rules, iss: 'https://evil.example' },
      { ...rules, aud: 'shop' },
    ]) {
      // oxlint-disable-next-line no-await-in-loop
      expect(await statuses(strict, await sign({ ...good(), ...wrong }))).toEqual([401, 401]);
    }
  });
});

function tampered(token: string): string {
  const [header, , signature] = token.split('.');
  const payload = Buffer.from(JSON.stringify(good())).toString('base64url');
  return `${header}.${payload}.${signature}`;
}

describe('JWKS', () => {
  test.each(['RS256', 'ES256', 'EdDSA'] as const)('accepts %s', async (alg) => {
    expect(await statuses(jwks, await keys.get(alg)!.sign())).toEqual([200, 101]);
  });

  test('refuses HS256, also with a public key as the secret', async () => {
    const { publicKey } = keys.get('RS256')!;
    const pem = bytes(await exportSPKI(publicKey));
    const header = { alg: 'HS256', kid: 'first-RS256' };
    expect(await statuses(jwks, await sign(good(), pem, header))).toEqual([401, 401]);
    expect(await statuses(jwks, await sign(good(), pem))).toEqual([401, 401]);
    expect(await statuses(jwks, await sign(good()))).toEqual([401, 401]);
  });

  test('refuses alg none, missing exp, an expired token and a foreign key under a known kid', async () => {
    const key = keys.get('ES256')!;
    const foreign = await newKey('ES256', 'first-ES256');
    for (const token of [
      new UnsecuredJWT(good()).encode(),
      await key.sign({ sub: randomUUID() }),
      await key.sign({ ...good(), exp: inSeconds(-1) }),
      await key.sign({ ...good(), sub: 'nobody' }),
      await foreign.sign(),
    ]) {
      // oxlint-disable-next-line no-await-in-loop
      expect(await statuses(jwks, token)).toEqual([401, 401]);
    }
  });

  test('a new key is accepted once the set has been fetched again', async () => {
    const next = await newKey('ES256', 'second');
    const token = await next.sign();
    expect(await statuses(jwks, token)).toEqual([401, 401]);
    keyServer.keys = [next.jwk];
    // An unknown kid fetches the set again, but not within 5 s of the last time.
    await expect
      .poll(() => statuses(jwks, token), { timeout: 15_000, interval: 250 })
      .toEqual([200, 101]);
    // The old keys went with it.
    expect(await statuses(jwks, await keys.get('RS256')!.sign())).toEqual([401, 401]);
  });

  test('unknown kids do not make it fetch each time', async () => {
    const unknown = await newKey('ES256', 'unknown');
    // Primes the cooldown, or is in it.
    expect(await statuses(jwks, await unknown.sign())).toEqual([401, 401]);
    const before = keyServer.fetches;
    const started = performance.now();
    const token = await unknown.sign();
    const answers = await Promise.all(Array.from({ length: 50 }, () => statuses(jwks, token)));
    for (const answer of answers) expect(answer).toEqual([401, 401]);
    const cooldowns = Math.ceil((performance.now() - started) / 5_000);
    expect(keyServer.fetches - before).toBeLessThanOrEqual(cooldowns);
  });

  test('new keys that cannot be had are 503, not 401, until they can; those from before hold', async () => {
    const port = await freePort();
    const [old, next] = [await newKey('ES256', 'old'), await newKey('EdDSA', 'next')];
    const first = new KeyServer();
    first.keys = [old.jwk];
    const JWKS_URL = await first.listen(port);
    const started = await nodeForTest({ ...jwksEnv, JWKS_URL });
    first.stop();
    // While nobody is there to ask, a node that starts has what the others had.
    const late = await nodeForTest({ ...jwksEnv, JWKS_URL });
    const [oldToken, token] = [await old.sign(), await next.sign()];
    // At first the set may be too young to be fetched again.
    for (const node of [started, late]) {
      await expect
        .poll(() => statuses(node, token), { timeout: 15_000, interval: 250 })
        .toEqual([503, 503]);
      expect(await statuses(node, oldToken)).toEqual([200, 101]);
    }
    const refused = await rest(late.url, { id: '', token }, 'GET', PATH);
    expect(refused.body).toMatchObject({ code: 'unavailable' });

    const server = new KeyServer();
    onTestFinished(() => server.stop());
    await server.listen(port);
    // An answer without a usable key takes nothing from those there are. After each failure it is asked again in 5 s.
    for (const mode of ['error', 'garbage', 'ok'] as const) {
      server.mode = mode;
      const before = server.fetches;
      const asked = async () => {
        expect(await statuses(late, token)).toEqual([503, 503]);
        return server.fetches;
      };
      await expect.poll(asked, { timeout: 15_000, interval: 250 }).toBeGreaterThan(before);
      expect(await statuses(late, oldToken)).toEqual([200, 101]);
    }
    server.keys = [old.jwk, next.jwk];
    for (const node of [started, late])
      await expect
        .poll(() => statuses(node, token), { timeout: 15_000, interval: 250 })
        .toEqual([200, 101]);
    expect(late.output()).not.toContain(token.split('.')[1]);
  }, 90_000);
});

describe('a live socket', () => {
  test('is closed with 4401 when its token expires', async () => {
    const exp = inSeconds(2);
    const sub = randomUUID();
    const client = await connect(plain.wsUrl, { id: sub, token: await sign({ sub, exp }) });
    expect((await client.closed)[0]).toBe(4401);
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1_000);
    expect(Date.now()).toBeLessThan(exp * 1_000 + 5_000);
  });

  test('stays open past that with a fresh token of the same user', async () => {
    const exp = inSeconds(3);
    const user = { id: randomUUID(), token: '' };
    user.token = await sign({ sub: user.id, exp });
    const [kept, other] = await Promise.all([
      connect(plain.wsUrl, user),
      connect(plain.wsUrl, user),
    ]);
    kept.send({ type: 'authenticate', token: await sign({ sub: user.id, exp: inSeconds(600) }) });
    expect((await other.closed)[0]).toBe(4401);
    await kept.settle();
    expect(kept.frames.map((frame) => frame.type)).toEqual(['connected', 'pong']);
    kept.socket.terminate();
  });

  test.each<[string, (sub: string, exp: number) => Promise<string> | string]>([
    ["another user's", (_, exp) => sign({ sub: randomUUID(), exp: exp + 60 })],
    ['garbage', () => 'garbage-in-a-frame'],
    ['an earlier', (sub, exp) => sign({ sub, exp: exp - 60 })],
    ['the same', (sub, exp) => sign({ sub, exp })],
    ['an expired', (sub) => sign({ sub, exp: inSeconds(-10) })],
    ['a forged', (sub, exp) => sign({ sub, exp: exp + 60 }, bytes(`not ${SECRET}`))],
  ])('answers %s token with an error and stays', async (_, make) => {
    const exp = inSeconds(3_600);
    const sub = randomUUID();
    const client = await connect(plain.wsUrl, { id: sub, token: await sign({ sub, exp }) });
    const token = await make(sub, exp);
    sent.add(token);
    client.send({ type: 'authenticate', token });
    const error = await client.next('error');
    expect(error).toMatchObject({ code: 'invalid_message', request: 'authenticate' });
    expect(error['error']).toMatch(/^token /);
    expect(JSON.stringify(error)).not.toContain(token);
    await client.settle();
    client.socket.terminate();
  });

  test('is not kept open by a refused token', async () => {
    const exp = inSeconds(2);
    const sub = randomUUID();
    const client = await connect(plain.wsUrl, { id: sub, token: await sign({ sub, exp }) });
    const token = await signToken(randomUUID());
    sent.add(token);
    client.send({ type: 'authenticate', token });
    expect((await client.closed)[0]).toBe(4401);
  });
});

test('a secret that is a PEM key is still a secret: RS256 stays refused', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const database = clusterEnv(await createDatabase());
  const node = await nodeForTest({ ...database, JWT_SECRET: pem });
  const token = await new SignJWT(good()).setProtectedHeader({ alg: 'RS256' }).sign(privateKey);
  expect(await statuses(node, token)).toEqual([401, 401]);
});

// The last of the file: it looks for what all the others have sent.
test('no log has any part of a token', () => {
  expect(sent.size).toBeGreaterThan(30);
  for (const node of [plain, shop, strict, jwks]) {
    const output = node.output();
    expect(output).toContain('"msg":"listening"');
    const parts = [...sent].flatMap((token) => [token, ...token.split('.').slice(1)]);
    expect(parts.filter((part) => part !== '' && output.includes(part))).toEqual([]);
  }
});
