import type { Client, User } from './client.ts';

/** How long somebody who has gone is still shown, in milliseconds, and how long others take to say so. */
export const GRACE_MS = 5_000;
export const SOON_MS = 2_000;

/** What a socket was told of somebody, in order. */
export const told = (client: Client, user: User): boolean[] =>
  client.frames
    .filter((frame) => frame.type === 'presence' && frame['userId'] === user.id)
    .map((frame) => frame['online'] as boolean);

export const online = (client: Client, user: User) =>
  client.next('presence', (frame) => frame['userId'] === user.id && frame['online'] === true);
export const offline = (client: Client, user: User) =>
  client.next('presence', (frame) => frame['userId'] === user.id && frame['online'] === false);

export async function close({ socket, closed }: Client): Promise<void> {
  socket.close();
  await closed;
}
