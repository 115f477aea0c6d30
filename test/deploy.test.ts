import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { notificationVariables } from '../src/config-notifications.ts';
import { parseConfig } from '../src/config.ts';
import { packagePath } from '../src/lib/package-path.ts';
import { PING_INTERVAL_S, PONG_TIMEOUT_S } from '../src/protocol/limits.ts';

/** How long a node that has drained may take to end, of src/serve.ts, in seconds. */
const STOP_TIMEOUT_S = 15;
const DEFAULT_DRAIN_S = parseConfig({}).drainMs / 1_000;

const read = (file: string): Promise<string> => readFile(packagePath(file), 'utf8');

/** The one number that the pattern's group finds. */
async function numberIn(file: string, pattern: RegExp): Promise<number> {
  const found = pattern.exec(await read(file))?.[1];
  if (found === undefined) throw new Error(`${file} has no ${pattern}`);
  return Number(found);
}

async function kubernetesEnv(): Promise<Record<string, string>> {
  const lines = (await read('deploy/kubernetes/parley.env')).split('\n');
  return Object.fromEntries(
    lines.filter((line) => /^\w/.test(line)).map((line) => line.split('=', 2) as [string, string]),
  );
}

describe('whoever stops a node waits until it has drained', () => {
  test('docker compose', async () => {
    const drain = await numberIn('docker-compose.yml', /DRAIN_SECONDS: (\d+)/);
    const patience = await numberIn('docker-compose.yml', /stop_grace_period: (\d+)s/);
    expect(patience).toBeGreaterThan(drain + STOP_TIMEOUT_S);
  });

  test('systemd', async () => {
    const patience = await numberIn('deploy/systemd/parley.service', /TimeoutStopSec=(\d+)/);
    expect(patience).toBeGreaterThan(DEFAULT_DRAIN_S + STOP_TIMEOUT_S);
  });

  test('Kubernetes', async () => {
    const file = 'deploy/kubernetes/deployment.yaml';
    const drain = Number((await kubernetesEnv())['DRAIN_SECONDS']);
    const preStop = await numberIn(file, /\[sleep, '(\d+)'\]/);
    const patience = await numberIn(file, /terminationGracePeriodSeconds: (\d+)/);
    expect(patience).toBeGreaterThan(preStop + drain + STOP_TIMEOUT_S);
  });
});

test('no balancer cuts a socket that is only silent', async () => {
  const silence = PING_INTERVAL_S + PONG_TIMEOUT_S;
  for (const [file, pattern] of [
    ['deploy/nginx/locations.conf', /location = \/ws \{[^}]*proxy_read_timeout (\d+)s/],
    ['deploy/nginx/locations.conf', /location = \/ws \{[^}]*proxy_send_timeout (\d+)s/],
    ['deploy/haproxy/haproxy.cfg', /timeout tunnel (\d+)s/],
    ['deploy/kubernetes/ingress.yaml', /nginx.ingress.kubernetes.io\/proxy-read-timeout: '(\d+)'/],
    ['deploy/kubernetes/ingress.yaml', /nginx.org\/proxy-read-timeout: (\d+)s/],
  ] as const)
    expect(await numberIn(file, pattern)).toBeGreaterThan(silence);
});

test('balancers take the largest file, and only where files go', async () => {
  const { maxBytes } = parseConfig({}).attachments;
  for (const [file, pattern] of [
    [
      'deploy/nginx/locations.conf',
      /location \/api\/attachments\/ \{[^}]*client_max_body_size (\d+);/,
    ],
    ['deploy/nginx/locations.conf', /size must be at most (\d+) bytes/],
    ['deploy/kubernetes/ingress.yaml', /nginx.ingress.kubernetes.io\/proxy-body-size: '(\d+)'/],
    ['deploy/kubernetes/ingress.yaml', /nginx.org\/client-max-body-size: '(\d+)'/],
  ] as const)
    expect([file, await numberIn(file, pattern)]).toEqual([file, maxBytes]);
});

test('every node of a deployment has a place for files, which it may write to', async () => {
  const compose = await read('docker-compose.yml');
  expect(compose).toContain("volumes: ['attachments:/var/lib/parley']");
  expect(compose).toContain('ATTACHMENTS_DIR: ${ATTACHMENTS_DIR-/var/lib/parley/attachments}');
  expect(await read('deploy/kubernetes/deployment.yaml')).toContain('mountPath: /var/lib/parley }');
  expect(await read('Dockerfile')).toMatch(/install -d -o 1000 .* \/var\/lib\/parley\n/);
  const unit = await read('deploy/systemd/parley.service');
  expect(unit).toContain('StateDirectory=parley\n');
  expect(unit).toContain('ATTACHMENTS_DIR=/var/lib/parley/attachments\n');
});

test('what Kubernetes gives to nodes is a configuration', async () => {
  const secrets = {
    DATABASE_URL: 'postgres://parley:secret@db/parley',
    REDIS_URL: 'rediss://redis',
    JWKS_URL: 'https://login.example/jwks.json',
  };
  expect(parseConfig({ ...(await kubernetesEnv()), ...secrets })).toMatchObject({
    demo: false,
    attachments: { store: { kind: 's3', s3: { bucket: 'parley-attachments' } } },
    metricsPort: await numberIn(
      'deploy/kubernetes/deployment.yaml',
      /metrics, containerPort: (\d+)/,
    ),
  });
});

test.each(['README.md', 'docs/architecture.md'])(
  '%s names every variable of what reaches people who are away',
  async (file) => {
    const text = await read(file);
    const names = Object.keys(notificationVariables);
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  },
);
