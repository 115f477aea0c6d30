import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RedisSettings } from '../../src/bus/redis-settings.ts';
import { Disposer } from '../../src/lib/disposer.ts';
import { freePorts } from '../../src/lib/free-port.ts';
import { hasOrInstalls } from './programs.ts';
import { type RedisServer, inMemory, startRedis } from './redis.ts';
import { until } from './until.ts';

export const SENTINEL_NAME = 'single';
export const PASSWORD = 'a password @:/?';

export interface SingleSetup extends AsyncDisposable {
  /** With its password. */
  readonly settings: RedisSettings;
  readonly master: RedisServer;
  /** Of the authority that TLS is to trust. */
  readonly caFile: string;
}

/** The smallest of each mode: one master, which wants a password, alone, with one sentinel, or with all slots. */
export async function startSingle(
  mode: RedisSettings['mode'],
  scheme: 'redis' | 'rediss' = 'redis',
  prepare: (master: RedisServer) => unknown = () => undefined,
): Promise<SingleSetup> {
  const disposer = new Disposer();
  const dir = await mkdtemp(path.join(tmpdir(), 'parley-single-'));
  disposer.defer(() => rm(dir, { recursive: true, force: true }));
  const [port, tlsPort, clusterPort, sentinelPort, sentinelTlsPort] = (await freePorts(5)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const caFile = path.join(dir, 'cert.pem');
  const isTls = scheme === 'rediss';
  const tls = isTls ? tlsOptions(dir, caFile) : {};
  const start = async (at: number, args: readonly string[]): Promise<RedisServer> => {
    const server = await startRedis(at, args);
    disposer.defer(() => server.kill());
    return server;
  };
  const options = {
    ...tls,
    ...(isTls ? { 'tls-port': String(tlsPort) } : {}),
    // Else it would name the other port to clients.
    ...(isTls && mode === 'cluster' ? { 'tls-cluster': 'yes' } : {}),
    // Alone it would not know its own address, which ioredis wants.
    ...(mode === 'cluster'
      ? {
          'cluster-enabled': 'yes',
          'cluster-port': String(clusterPort),
          'cluster-announce-ip': '127.0.0.1',
          dir,
        }
      : {}),
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const master = await start(port, [...inMemory(port), ...args]);
  if (mode === 'cluster') {
    await master.ask('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await until('the cluster is up', async () =>
      String(await master.ask('CLUSTER', 'INFO')).includes('cluster_state:ok'),
    );
  }
  await prepare(master);
  await master.ask('CONFIG', 'SET', 'requirepass', PASSWORD);
  if (mode === 'sentinel') {
    const file = path.join(dir, 'sentinel.conf');
    const lines = [
      ...Object.entries(tls).map(([name, value]) => `${name} ${value}`),
      ...(isTls ? [`tls-port ${sentinelTlsPort}`] : []),
      `port ${sentinelPort}`,
      'bind 127.0.0.1',
      `dir ${dir}`,
      `sentinel monitor ${SENTINEL_NAME} 127.0.0.1 ${isTls ? tlsPort : port} 1`,
      `sentinel auth-pass ${SENTINEL_NAME} "${PASSWORD}"`,
    ];
    await writeFile(file, lines.join('\n'));
    await start(sentinelPort, [file, '--sentinel']);
  }
  const url = (plain: number, secure: number): string =>
    `${scheme}://:${encodeURIComponent(PASSWORD)}@127.0.0.1:${isTls ? secure : plain}`;
  return {
    settings: settingsOf(
      mode,
      mode === 'sentinel' ? url(sentinelPort, sentinelTlsPort) : url(port, tlsPort),
    ),
    master,
    caFile,
    [Symbol.asyncDispose]: () => disposer[Symbol.asyncDispose](),
  };
}

export function settingsOf(mode: RedisSettings['mode'], url: string): RedisSettings {
  switch (mode) {
    case 'standalone':
      return { mode, url };
    case 'sentinel':
      return { mode, urls: [url], name: SENTINEL_NAME };
    case 'cluster':
      return { mode, urls: [url] };
  }
}

/** Makes a certificate for 127.0.0.1 that signs itself. */
function tlsOptions(dir: string, certFile: string): Record<string, string> {
  if (!hasOrInstalls('openssl')) throw new Error('these tests need openssl: install it');
  const keyFile = path.join(dir, 'key.pem');
  const args = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test
    -addext subjectAltName=IP:127.0.0.1 -keyout ${keyFile} -out ${certFile}`;
  execFileSync('openssl', args.split(/\s+/), { stdio: 'ignore' });
  return {
    'tls-cert-file': certFile,
    'tls-key-file': keyFile,
    'tls-ca-cert-file': certFile,
    'tls-auth-clients': 'no',
    'tls-replication': 'yes',
  };
}
