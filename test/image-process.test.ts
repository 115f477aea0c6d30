import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { packagePath } from '../src/lib/package-path.ts';
import { until } from './support/until.ts';

/** As a node does it. */
const PARENT = `
const { fork } = require('node:child_process');
const [program, input, output] = process.argv.slice(1);
const child = fork(program, [], { execArgv: [], stdio: 'ignore' });
child.send({ input, contentType: 'image/webp', output, thumbnail: output + '-thumbnail' });
console.log(child.pid);
setInterval(() => undefined, 1_000);`;

function start(...args: string[]): ChildProcess {
  const program = packagePath('dist/attachments/image-process.js');
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  return spawn(process.execPath, ['-e', PARENT, program, ...args], { stdio: [...stdio] });
}

/** 0 of one that has ended, whether or not anybody has asked how. */
async function residentKib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
}

// Processes are looked at in /proc.
test.skipIf(process.platform !== 'linux')(
  'a picture that is being made ends with its node, however that ends',
  async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'parley-images-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const input = path.join(folder, 'large.webp');
    const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
    await sharp({
      create: { width: 5_000, height: 4_900, channels: 3, background: 'red', noise },
    })
      .webp({ effort: 0, quality: 30 })
      .toFile(input);
    const parent = start(input, path.join(folder, 'output'));
    if (parent.stdout === null) throw new Error('no pipe');
    const [line] = await once(createInterface(parent.stdout), 'line');
    const pid = Number(line);
    await until('the picture to be decoded', async () => (await residentKib(pid)) > 120_000);
    parent.kill('SIGKILL');
    const killedAt = performance.now();
    await until('its process to be gone', async () => (await residentKib(pid)) === 0);
    expect(performance.now() - killedAt).toBeLessThan(500);
  },
);
