/**
 * `npm run loadtest -- smoke`: runs one of the k6 scripts in `loadtest/k6/`, against a cluster that it starts on this machine or one
 * that is running. Exits as k6 does: 0, or 99 when a threshold was missed. See `--help`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Disposer } from '../src/lib/disposer.ts';
import { packagePath } from '../src/lib/package-path.ts';
import { SECRET } from '../test/support/spawn-node.ts';
import { OptionError } from './arguments.ts';
import { K6_MISSING, findK6 } from './runner/find-k6.ts';
import { comeAndGo, startLocalCluster } from './runner/local-cluster.ts';
import { type Options, SCRIPTS, parseOptions } from './runner/options.ts';

const HELP = `npm run loadtest -- <script> [options]

${Object.entries(SCRIPTS)
  .map(([name, about]) => `  ${name.padEnd(16)} ${about}`)
  .join('\n')}

  --url <url>      what is running already, with JWT_SECRET in the environment; several for nodes without a balancer.
                   Without it: two nodes, PostgreSQL and Redis on this machine
  --vus <n>        conversations, each of a buyer and a seller
  --duration <t>   such as 30s, 5m, 8h
  --rate <n>       messages a second of each user
  --p99 <ms>       how long a message may take while both parties are connected, at the 99th percentile

docs/loadtest.md tells how to read what comes out.
`;

/** As a shell says it of a program that SIGINT has ended. */
const INTERRUPTED = 130;
let interrupted = false;
// A Ctrl-C reaches k6 without us: it ends, shows what it has, and then we stop the rest. It is not passed on, for a second one
// would make k6 drop everything.
process.on('SIGINT', () => (interrupted = true));
process.on('SIGTERM', () => (interrupted = true));

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) console.log(HELP);
  else process.exitCode = await runScript(options);
} catch (error) {
  console.error(error instanceof OptionError ? `npm run loadtest: ${error.message}` : error);
  process.exitCode = 1;
}

async function runScript(options: Options): Promise<number> {
  const { urls } = options;
  const secret = urls.length > 0 ? process.env['JWT_SECRET'] : SECRET;
  if (secret === undefined || secret === '')
    throw new OptionError('--url needs JWT_SECRET in the environment: that of the nodes');
  const k6 = await findK6(log);
  if (k6 === undefined) throw new OptionError(K6_MISSING);
  return urls.length > 0 ? runK6(k6, options, urls, secret) : runLocally(k6, options, secret);
}

async function runLocally(k6: string, options: Options, secret: string): Promise<number> {
  const disposer = new Disposer();
  const ended = new AbortController();
  try {
    log('starting PostgreSQL, Redis and two nodes');
    const cluster = await startLocalCluster(disposer);
    const urls = cluster.nodes.map(({ port }) => `http://127.0.0.1:${port}`);
    const scaling = options.script === 'scale' ? comeAndGo(cluster, ended.signal, log) : undefined;
    // Told at the end.
    scaling?.catch(() => undefined);
    const exitCode = await runK6(k6, options, urls, secret);
    ended.abort();
    await scaling;
    return exitCode;
  } finally {
    await disposer[Symbol.asyncDispose]();
  }
}

/** @returns its exit code */
async function runK6(
  k6: string,
  { script, env }: Options,
  urls: readonly string[],
  secret: string,
): Promise<number> {
  if (interrupted) return INTERRUPTED;
  const file = packagePath(`loadtest/k6/${script}.ts`);
  // No port for k6's own API, and nothing told to its makers.
  const child = spawn(k6, ['run', '--address', '', '--no-usage-report', file], {
    env: { ...process.env, ...env, PARLEY_URL: urls.join(','), JWT_SECRET: secret },
    stdio: 'inherit',
  });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 1;
}

function log(line: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)} ${line}`);
}
