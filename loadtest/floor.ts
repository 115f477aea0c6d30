import { type LoadResult, measureSaturation } from './measure/load.ts';
import { type Chat, connectChat } from './rows/chat.ts';
import { startEcho } from './systems.ts';

interface Times {
  readonly warmMs: number;
  readonly measureMs: number;
}

/** An echo with sockets connected to it. */
export async function startFloor(sockets: number): Promise<Chat> {
  const conversations = ['00000000-0000-4000-8000-000000000000'];
  return connectChat(
    await startEcho(),
    Array.from({ length: sockets }, () => ({ userId: '', conversations })),
  );
}

/**
 * The floor of this machine: what uWebSockets.js takes to receive one frame and send it back, with the same content and
 * from the same generator as the messages of all other figures.
 *
 * @returns its figures a frame; `cpuUs.nodes` is the floor, in µs
 */
export const measureFloor = ({ generator, system }: Chat, times: Times): Promise<LoadResult> =>
  measureSaturation(generator, system, { ...times, counted: 'own' });
