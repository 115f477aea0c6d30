import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { freePort, freePorts } from './free-port.ts';
import { packagePath } from './package-path.ts';

const run = promisify(execFile);

test('all that are asked for at once are different, and can be listened on', async () => {
  const ports = await freePorts(50);
  expect(new Set(ports).size).toBe(50);
  const server = createServer().listen(ports[0], '127.0.0.1');
  await once(server, 'listening');
  server.close();
});

test.runIf(process.platform === 'linux')(
  'the kernel gives none of them away, and no other process of ours is given the same',
  async () => {
    const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
    const first = Number.parseInt(range, 10);
    const mine = await freePorts(300);
    for (const port of mine) expect(port).toBeLessThan(first);
    const module = packagePath('src/lib/free-port.ts');
    const script = `import('${module}').then(async ({ freePorts }) => console.log(JSON.stringify(await freePorts(300))))`;
    const { stdout } = await run(process.execPath, ['--import', 'tsx', '-e', script], {
      cwd: packagePath('.'),
    });
    const theirs = JSON.parse(stdout) as number[];
    expect(theirs).toHaveLength(300);
    expect(theirs.filter((port) => mine.includes(port))).toEqual([]);
    expect(mine).not.toContain(await freePort());
  },
);
