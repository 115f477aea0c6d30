import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../src/lib/free-port.ts';
import { packagePath } from '../src/lib/package-path.ts';
import { run } from '../src/lib/run.ts';
import { connect, newConversation, newUser } from './support/client.ts';
import { createDatabase } from './support/database.ts';
import { prometheusProgram, type Scrape, scrape } from './support/metrics.ts';
import { clusterEnv, nodeForTest } from './support/node-process.ts';
import type { NodeProcess } from './support/spawn-node.ts';

const RULES = packagePath('deploy/prometheus/parley.rules.yml');
const TESTS = packagePath('deploy/prometheus/parley.rules.test.yml');
const CONFIG = packagePath('deploy/prometheus/prometheus.yml');
const DASHBOARD = packagePath('deploy/grafana/dashboards/parley.json');

interface Dashboard {
  readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[];
  readonly templating: { readonly list: readonly { readonly definition: string }[] };
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
}

let rules: string;
let dashboard: Dashboard;
beforeAll(async () => {
  rules = await readFile(RULES, 'utf8');
  dashboard = JSON.parse(await readFile(DASHBOARD, 'utf8'));
});

/** What the dashboard asks, as Grafana sends it. */
const questions = (): string[] =>
  [
    ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ...dashboard.annotations.list.map(({ expr }) => expr),
    ...dashboard.templating.list.map(
      ({ definition }) => /^label_values\((.*), \w+\)$/.exec(definition)?.[1] ?? '',
    ),
  ].map((text) => text.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*'));

/** A node, with workers, where something has happened. */
async function busyNode(more: Record<string, string> = {}): Promise<NodeProcess> {
  const node = await nodeForTest({ ...clusterEnv(await createDatabase()), ROLE: 'all', ...more });
  const [buyer, seller] = [await newUser(), await newUser()];
  const conversationId = await newConversation(node.url, buyer, seller);
  const client = await connect(node.wsUrl, buyer);
  client.send({ type: 'send_message', conversationId, content: 'x' });
  await client.next('new_message');
  return node;
}

describe('the alert rules', () => {
  test('pass the tests that are written for them, and promtool has nothing to say', async () => {
    const promtool = prometheusProgram('promtool');
    const checked = await run(promtool, ['check', 'config', '--lint=all', '--lint-fatal', CONFIG]);
    expect(checked).toMatch(/SUCCESS: \d+ rules found/);
    expect(await run(promtool, ['test', 'rules', TESTS])).toContain('SUCCESS');
  });

  test('each has a severity, a runbook of its name, and a test', async () => {
    const tests = await readFile(TESTS, 'utf8');
    const operations = await readFile(packagePath('docs/operations.md'), 'utf8');
    const alerts = rules.split(/^ {6}- alert: /m).slice(1);
    expect(alerts.length).toBeGreaterThan(15);
    for (const alert of alerts) {
      const name = alert.slice(0, alert.indexOf('\n'));
      expect(alert).toMatch(/^ {8}labels: \{ severity: (critical|warning) \}$/m);
      expect(alert).toContain(`runbook: docs/operations.md#${name.toLowerCase()}\n`);
      expect(tests).toContain(`- name: ${name}\n`);
      expect(operations).toContain(`### ${name}\n`);
    }
  });
});

test('every metric and label that rules and dashboards name is one of a real node', async () => {
  // One that is away has its metrics too.
  const replica = { DATABASE_REPLICA_URL: 'postgres://parley@127.0.0.1:1/parley' };
  const now: Scrape = await scrape((await busyNode(replica)).url);
  const { names } = now;
  const text = [rules, ...questions()].join('\n');
  const named = new Set(text.match(/\b(?:parley|process|nodejs)_\w+/g));
  expect(named.size).toBeGreaterThan(30);
  expect([...named].filter((name) => !names.has(name))).toEqual([]);

  const unknown = [...text.matchAll(/\b(\w+)\{([^}]*)\}/g)].flatMap(
    ([, name = '', selector = '']) =>
      [...selector.matchAll(/(\w+)=/g)]
        .map(([, label = '']) => label)
        .filter((label) => label !== 'job' && label !== 'instance')
        .filter((label) => !now.labels(name).has(label))
        .map((label) => `${name}{${label}}`),
  );
  expect(unknown).toEqual([]);
});

test('Prometheus scrapes a node, runs every rule, and answers all that the dashboard asks', async () => {
  const node = await busyNode();
  const home = await mkdtemp(path.join(tmpdir(), 'parley-prometheus-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const config = (await readFile(CONFIG, 'utf8'))
    .replace('parley.rules.yml', RULES)
    .replaceAll(/: 15s/g, ': 1s')
    .replace(/dns_sd_configs:[^]*$/, `static_configs: [{ targets: ["127.0.0.1:${node.port}"] }]\n`);
  const file = path.join(home, 'prometheus.yml');
  await writeFile(file, config);
  const port = await freePort();
  const prometheus = spawn(
    prometheusProgram('prometheus'),
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${home}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  onTestFinished(async () => {
    const ended = once(prometheus, 'exit');
    prometheus.kill('SIGKILL');
    await ended;
  });
  const ask = async (question: string) => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${question}`);
    return (await response.json()) as {
      readonly status: string;
      readonly error?: string;
      readonly data: {
        readonly result: readonly unknown[];
        readonly groups: readonly { readonly rules: readonly Rule[] }[];
      };
    };
  };
  interface Rule {
    readonly name: string;
    readonly health: string;
    readonly state: string;
  }
  const query = (text: string) => ask(`query?query=${encodeURIComponent(text)}`);

  await expect
    .poll(async () => (await query('parley_connections{job="parley"}')).data.result.length, {
      timeout: 20_000,
    })
    .toBe(1);
  const answers = await Promise.all(
    questions().map(async (question) => ({ question, error: (await query(question)).error })),
  );
  expect(answers.length).toBeGreaterThan(40);
  expect(answers.filter(({ error }) => error !== undefined)).toEqual([]);
  const states = async () => {
    const { groups } = (await ask('rules')).data;
    return groups
      .flatMap((group) => group.rules)
      .map(({ name, health, state }) => ({ name, health, state }));
  };
  // Of a node that is well none stays pending; before the first scrape there seems to be no node.
  const isQuiet = ({ health, state }: Rule) => health === 'ok' && state === 'inactive';
  await expect
    .poll(async () => (await states()).filter((rule) => !isQuiet(rule)), { timeout: 20_000 })
    .toEqual([]);
  expect((await states()).length).toBeGreaterThan(15);
}, 60_000);
