import { fileURLToPath } from 'node:url';
import { startProcesses } from './cluster.ts';
import { Generator } from './generator/generator.ts';
import { type LoadResult, connectUsers, measureSaturation } from './measure/load.ts';

export interface FloorOptions {
  readonly sockets: number;
  readonly warmMs: number;
  readonly measureMs: number;
}

/**
 * The floor of this machine: what uWebSockets.js takes to receive one frame and send it back, with the same content and
 * from the same generator as the messages of all other figures.
 *
 * @returns its figures a frame; `cpuUs.nodes` is the floor, in µs
 */
export async function measureEchoFloor(options: FloorOptions): Promise<LoadResult> {
  const echo = fileURLToPath(new URL('peers/echo.ts', import.meta.url));
  await using cluster = await startProcesses(1, ['--import', 'tsx', echo], '/healthz', {});
  await using generator = await Generator.start();
  const system = {
    dialect: 'echo',
    secret: '',
    ports: cluster.nodes.map((node) => node.port),
    processes: { nodes: cluster.nodes.map((node) => node.pid), postgres: [], redis: [] },
    countPersisted: undefined,
  } as const;
  const conversations = ['00000000-0000-4000-8000-000000000000'];
  const users = Array.from({ length: options.sockets }, () => ({ userId: '', conversations }));
  await connectUsers(generator, system, users);
  // Awaited here: what it needs is disposed of on return.
  return await measureSaturation(generator, system, { ...options, counted: 'own' });
}
