import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, type Server, createServer } from 'node:net';
import { Client } from 'pg';
import { beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { freePort } from '../src/lib/free-port.ts';
import { createDatabase, createEmptyDatabase } from './support/database.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';
import { query } from './support/query.ts';
import { SECRET, spawnNode } from './support/spawn-node.ts';

const PASSWORD = 'open-sesame';
const MAX_MS = 10_000;

type Env = Record<string, string>;

let databaseUrl: string;
let cluster: Env;
beforeAll(async () => {
  databaseUrl = await createDatabase();
  cluster = clusterEnv(databaseUrl);
});

/**
 * Starts a node that can't: it must end with 1 and one line within 10 s, and nothing it writes may be a secret.
 *
 * @returns the line
 */
async function mistake(env: Env): Promise<string> {
  const started = performance.now();
  const { child, output, exited } = spawnNode(env);
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  expect(await exited).toBe(1);
  expect(performance.now() - started).toBeLessThan(MAX_MS);
  expect(stderr).toMatch(/^parley: .+\n$/);
  for (const secret of [
    PASSWORD,
    encodeURIComponent(SECRET),
    SECRET,
    new URL(databaseUrl).password,
  ])
    expect(output()).not.toContain(secret);
  return stderr.trim();
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** Takes connections and what they say, and never answers. */
const silence = (): Promise<number> =>
  listening(createServer((socket) => void socket.resume().on('error', () => undefined)));

function databaseWith(change: (url: URL) => void, from = databaseUrl): Env {
  const url = new URL(from);
  change(url);
  return { ...cluster, DATABASE_URL: url.href };
}

const redisAt = (port: number | string, login = `:${PASSWORD}@`): Env => ({
  ...cluster,
  REDIS_URL: `redis://${login}127.0.0.1:${port}`,
});

const withKeysFrom = (JWKS_URL: string): Env => {
  const { JWT_SECRET: _, ...env } = cluster;
  return { ...env, NODE_ENV: 'production', JWKS_URL };
};
/** @returns its URL */
const serving = async (status: number, body: string): Promise<string> => {
  const server = createHttpServer((_, response) => void response.writeHead(status).end(body));
  return `http://127.0.0.1:${await listening(server)}/jwks`;
};

describe('DATABASE_URL', () => {
  test('nobody listens there', async () => {
    const port = await freePort();
    const env = databaseWith((url) => {
      url.password = PASSWORD;
      url.port = String(port);
    });
    expect(await mistake(env)).toMatch(/DATABASE_URL.*ECONNREFUSED.*is PostgreSQL running there/);
  });

  test('nobody answers there', async () => {
    const port = await silence();
    const env = databaseWith((url) => (url.port = String(port)));
    expect(await mistake(env)).toMatch(/DATABASE_URL.*is it PostgreSQL/);
  });

  test('another service answers there', async () => {
    const { port } = new URL(inject('redisUrl'));
    const env = databaseWith((url) => (url.port = port));
    expect(await mistake(env)).toMatch(/DATABASE_URL.*is it PostgreSQL/);
  });

  test('the host is not known', async () => {
    const env = databaseWith((url) => (url.hostname = 'nowhere.invalid'));
    expect(await mistake(env)).toMatch(/DATABASE_URL.*nowhere\.invalid.*check the host/);
  });

  test('the password is wrong', async () => {
    const env = databaseWith((url) => (url.password = PASSWORD));
    expect(await mistake(env)).toMatch(
      /DATABASE_URL.*authentication failed.*check the user and the password/,
    );
  });

  test('there is no such database', async () => {
    const env = databaseWith((url) => (url.pathname = '/nowhere'));
    expect(await mistake(env)).toMatch(/DATABASE_URL.*"nowhere" does not exist.*create it/);
  });

  test('its user may not make tables', async () => {
    const empty = await createEmptyDatabase();
    const role = `guest_${new URL(empty).pathname.slice(1)}`;
    await query(empty, `CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD}'`);
    const env = databaseWith((url) => {
      url.username = role;
      url.password = PASSWORD;
    }, empty);
    expect(await mistake(env)).toMatch(/DATABASE_URL.*permission denied.*GRANT CREATE/);
  });
});

test('a node waits for another one that migrates, for as long as that takes', async () => {
  const empty = await createEmptyDatabase();
  const other = new Client({ connectionString: empty });
  await other.connect();
  await other.query('SELECT pg_advisory_lock(727539)');
  const starting = nodeForTest({ ...cluster, DATABASE_URL: empty });
  const waiting = `SELECT now() - query_start > '6 s' AS long FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  // Longer than any time limit of a start.
  await expect.poll(() => query(empty, waiting)).toEqual([{ long: true }]);
  await other.end();
  expect((await fetch(`${(await starting).url}/readyz`)).status).toBe(200);
});

describe('REDIS_URL', () => {
  test('nobody listens there', async () => {
    expect(await mistake(redisAt(await freePort()))).toMatch(
      /REDIS_URL.*ECONNREFUSED.*is Redis running there/,
    );
  });

  test('nobody answers there', async () => {
    expect(await mistake(redisAt(await silence()))).toMatch(/REDIS_URL.*is it Redis/);
  });

  test('another service answers there', async () => {
    expect(await mistake(redisAt(new URL(databaseUrl).port))).toMatch(/REDIS_URL.*is it Redis/);
  });

  test('the host is not known', async () => {
    const REDIS_URL = `redis://:${PASSWORD}@nowhere.invalid`;
    expect(await mistake({ ...cluster, REDIS_URL })).toMatch(
      /REDIS_URL.*nowhere\.invalid.*check the host/,
    );
  });

  test('the password is wrong', async () => {
    const env = redisAt(new URL(inject('redisUrl')).port, `nobody:${PASSWORD}@`);
    expect(await mistake(env)).toMatch(/REDIS_URL.*WRONGPASS.*check the user and the password/);
  });
});

describe('ports', () => {
  test.each(['PORT', 'METRICS_PORT', 'AGENT_CHECK_PORT'])('%s is in use', async (name) => {
    const port = String(await listening(createServer()));
    expect(await mistake({ ...cluster, [name]: port })).toMatch(
      new RegExp(`127\\.0\\.0\\.1:${port} \\(${name}\\).*in use`),
    );
  });

  test('HOST is no address of this machine', async () => {
    expect(await mistake({ ...cluster, HOST: '192.0.2.1' })).toMatch(/HOST/);
  });

  test('two of them are the same', async () => {
    const port = String(await freePort());
    const env = { ...cluster, PORT: port, METRICS_PORT: port, AGENT_CHECK_PORT: port };
    expect(await mistake(env)).toMatch(/METRICS_PORT must not be .*AGENT_CHECK_PORT must not be/);
  });
});

describe('who may log in', () => {
  test('JWT_SECRET is too short', async () => {
    expect(await mistake({ ...cluster, JWT_SECRET: PASSWORD })).toMatch(
      /JWT_SECRET must be at least 32 bytes/,
    );
  });

  test('production has neither JWT_SECRET nor JWKS_URL', async () => {
    const { JWT_SECRET, ...env } = cluster;
    expect(JWT_SECRET).toBe(SECRET);
    expect(await mistake({ ...env, NODE_ENV: 'production' })).toMatch(
      /JWT_SECRET or JWKS_URL must be set/,
    );
  });

  test('there are both', async () => {
    expect(await mistake({ ...cluster, JWKS_URL: 'https://id.example/jwks' })).toMatch(
      /JWT_SECRET and JWKS_URL exclude each other/,
    );
  });

  test('JWKS_URL has a password in it', async () => {
    expect(await mistake(withKeysFrom(`https://me:${PASSWORD}@id.example/jwks`))).toMatch(
      /JWKS_URL must have no user/,
    );
  });

  test('nobody listens at JWKS_URL', async () => {
    const env = withKeysFrom(`http://127.0.0.1:${await freePort()}/jwks`);
    expect(await mistake(env)).toMatch(/JWKS_URL.*ECONNREFUSED/);
  });

  test('nobody answers at JWKS_URL', async () => {
    const env = withKeysFrom(`http://127.0.0.1:${await silence()}/jwks`);
    expect(await mistake(env)).toMatch(/JWKS_URL.*(timed out|timeout)/);
  });

  test.each([
    [404, 'not here', /answered 404/],
    [200, '<html>', /JSON/],
    [200, '{"keys":{}}', /malformed/],
    [200, '{"keys":[]}', /no RSA, EC or OKP key/],
    [200, '{"keys":[{"kty":"oct","k":"c2VzYW1l"}]}', /no RSA, EC or OKP key/],
  ])('JWKS_URL answers %i %s', async (status, body, why) => {
    const line = await mistake(withKeysFrom(await serving(status, body)));
    expect(line).toMatch(/JWKS_URL/);
    expect(line).toMatch(why);
  });
});
