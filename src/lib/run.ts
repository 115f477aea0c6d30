import { type SpawnOptions, spawn } from 'node:child_process';

/**
 * Runs a program to its end.
 *
 * @returns what it wrote to stdout
 * @throws Error with the end of its stderr when it can't be started or exits with anything but 0
 */
export function run(
  file: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`${file} ended with ${signal ?? code}: ${stderr.slice(-2_000)}`));
    });
  });
}
