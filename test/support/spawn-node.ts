import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { packagePath } from '../../src/lib/package-path.ts';

export const SECRET = 'a secret for tests, of more than 32 bytes';

export interface NodeProcess {
  readonly pid: number;
  readonly port: number;
  /** `http://<HOST>:<port>` */
  readonly url: string;
  readonly wsUrl: string;
  /** What it has written so far. */
  readonly output: () => string;
  kill(signal: NodeJS.Signals): void;
  /** @returns its exit code */
  readonly exited: Promise<number | null>;
}

/** As the image starts it. */
export const BUILT = [
  '--enable-source-maps',
  '--max-semi-space-size=8',
  packagePath('dist/main.js'),
];

/** Starts a node, as built unless told otherwise, with nothing but this environment. */
export function spawnNode(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = BUILT,
): {
  child: ChildProcess;
  output: () => string;
  exited: Promise<number | null>;
} {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'] ?? '', HOST: '127.0.0.1', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return { child, output: () => text, exited };
}

/** A real node, which is killed when the test (or the file, from `beforeAll`) has ended. */
export async function startNode(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = BUILT,
): Promise<NodeProcess> {
  const { child, output, exited } = spawnNode(env, args);
  const port = await new Promise<number>((resolve, reject) => {
    if (child.stdout === null) throw new Error('no stdout');
    createInterface(child.stdout).on('line', (line) => {
      const found = /"port":(\d+),"msg":"listening"/.exec(line)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    void exited.then((code) => reject(new Error(`the node ended with ${code}: ${output()}`)));
  });
  const host = env['HOST'] ?? '127.0.0.1';
  return {
    pid: child.pid ?? 0,
    port,
    url: `http://${host}:${port}`,
    wsUrl: `ws://${host}:${port}/ws`,
    output,
    kill: (signal) => void child.kill(signal),
    exited,
  };
}
