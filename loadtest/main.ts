/**
 * `npm run bench`: starts all that is needed on this machine, measures the rows of the table, prints them beside their targets
 * and writes them to `loadtest/results/`. Exits with 1 when a target was missed. See `--help`.
 */
import { fileURLToPath } from 'node:url';
import { Disposer } from '../src/lib/disposer.ts';
import { Bench } from './bench.ts';
import { OptionError } from './arguments.ts';
import { type Options, parseOptions } from './options.ts';
import { verdict } from './measure/figure.ts';
import { childrenOf } from './measure/proc.ts';
import { explainSpeeds } from './measure/speed.ts';
import { type Run, newRun, writeResults } from './report/results.ts';
import { formatTable } from './report/table.ts';
import { ROWS } from './rows.ts';
import { type Services, fillWal, startServices } from './services.ts';

const HELP = `npm run bench -- [options]

  --full               the sizes of the targets: 15 minutes, and 10 GB of disk; without it small ones, in six minutes
  --only <row,row>     some rows alone
  --reps <n>           how often each is measured (3)
  --out <folder>       where the results go (loadtest/results)

Rows:
${ROWS.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n')}
`;

const interrupted = new Promise<'interrupted'>((resolve) => {
  // Kept: under npm a Ctrl-C comes more than once, and the second must not end what the first has begun.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => resolve('interrupted'));
});

try {
  const names = ROWS.map((row) => row.name);
  const out = fileURLToPath(new URL('results', import.meta.url));
  const options = parseOptions(process.argv.slice(2), names, out);
  if (options.help) console.log(HELP);
  else await runBench(options);
} catch (error) {
  console.error(error instanceof OptionError ? `npm run bench: ${error.message}` : error);
  process.exitCode = 1;
}
// A row that was interrupted may still wait for something.
process.exit();

async function runBench(options: Options): Promise<void> {
  if (process.platform !== 'linux')
    throw new OptionError('it needs Linux: CPU and memory are read from /proc');
  const disposer = new Disposer();
  const starting = startServices(disposer);
  const run = newRun(options.full ? 'full' : 'quick');
  try {
    const measured = starting.then((services) => measure(services, options, run));
    const ended = await Promise.race([measured, interrupted]);
    if (ended === 'interrupted') {
      log('interrupted: stopping all that was started');
      process.exitCode = 130;
    }
  } finally {
    // What is half started can't be stopped.
    await starting.catch(() => undefined);
    // All but PostgreSQL are children of this process.
    for (const pid of childrenOf(process.pid)) kill(pid);
    await disposer[Symbol.asyncDispose]();
  }
  await report(options, run);
}

async function measure(services: Services, options: Options, run: Run): Promise<void> {
  const { full, reps, only } = options;
  await fillWal(services);
  const bench = new Bench({ services, full, reps, isAlone: only.length === 1, log });
  for (const row of ROWS.filter(({ name }) => only.includes(name))) {
    try {
      const { figures, notes } = await row.run(bench);
      run.figures.push(...figures);
      run.notes.push(...notes);
    } catch (error) {
      // The other rows are worth having.
      run.failures.push(`${row.name}: ${error instanceof Error ? error.message : String(error)}`);
      log(`${row.name} failed: ${String(error)}`);
    }
  }
  if (bench.speeds.length > 0) run.notes.push(explainSpeeds(bench.speeds));
}

async function report(options: Options, run: Run): Promise<void> {
  if (run.figures.length === 0) return;
  console.log(`\n${formatTable(run.figures)}\n`);
  for (const note of run.notes) console.log(note);
  for (const failure of run.failures) console.log(`FAILED ${failure}`);
  for (const file of await writeResults(options.out, run)) console.log(file);
  const missed = run.figures.some(
    (figure) => verdict(figure) === 'MISSED' && figure.target?.informational === undefined,
  );
  if (missed || run.failures.length > 0) process.exitCode ??= 1;
}

function log(line: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)} ${line}`);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
