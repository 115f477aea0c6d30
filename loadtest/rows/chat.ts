import type { Bench } from '../bench.ts';
import { type Dataset, conversationId, userId } from '../dataset.ts';
import { Generator } from '../generator/generator.ts';
import type { ClientSpec } from '../generator/load-client.ts';
import { connectUsers } from '../measure/load.ts';
import { createDatabase } from '../services.ts';
import { query } from '../../test/support/query.ts';
import { type RunningSystem, startParley, startSocketIo } from '../systems.ts';
import { SOCKET_IO_SCHEMA } from '../peers/socket-io-schema.ts';

/** 250 pairs, each with a conversation: what the rows of live traffic chat in. */
const CHAT: Dataset = { users: 500, rounds: 1, messages: 0 };

/** A system with a generator of its own whose sockets are connected to it. */
export interface Chat extends AsyncDisposable {
  readonly system: RunningSystem;
  readonly generator: Generator;
}

export async function startParleyChat(bench: Bench): Promise<Chat> {
  const url = await bench.database(CHAT);
  return connectChat(
    await startParley(bench.services, url),
    pairsOf(CHAT, evenNumbers(CHAT.users)),
  );
}

export async function startSocketIoChat(bench: Bench): Promise<Chat> {
  const url = await bench.once('socket-io database', () => loadSocketIo(bench));
  return connectChat(
    await startSocketIo(bench.services, url),
    pairsOf(CHAT, evenNumbers(CHAT.users)),
  );
}

export const evenNumbers = (below: number): number[] =>
  Array.from({ length: below / 2 }, (_, k) => 2 * k);

/** @param buyers whose sellers in round 0 are their neighbours */
export const pairsOf = (dataset: Dataset, buyers: readonly number[]): Omit<ClientSpec, 'port'>[] =>
  buyers.flatMap((buyer) => {
    const conversations = [conversationId(dataset, buyer, 0)];
    return [buyer, buyer + 1].map((user) => ({ userId: userId(user), conversations }));
  });

export async function connectChat(
  system: RunningSystem,
  users: readonly Omit<ClientSpec, 'port'>[],
): Promise<Chat> {
  const generator = await Generator.start();
  const chat: Chat = {
    system,
    generator,
    async [Symbol.asyncDispose]() {
      await generator[Symbol.asyncDispose]();
      await system[Symbol.asyncDispose]();
    },
  };
  try {
    await connectUsers(generator, system, users);
    return chat;
  } catch (error) {
    await chat[Symbol.asyncDispose]();
    throw error;
  }
}

/** The same conversations. */
async function loadSocketIo(bench: Bench): Promise<string> {
  const url = await createDatabase(bench.services, 'socket_io');
  await query(url, SOCKET_IO_SCHEMA);
  await query(
    url,
    `INSERT INTO conversations (id, listing_id, buyer_id, seller_id)
     SELECT md5('conversation ' || n)::uuid, n, md5('user ' || n)::uuid, md5('user ' || (n + 1) % $1::int)::uuid
     FROM generate_series(0, $1::int - 1) n`,
    [CHAT.users],
  );
  return url;
}
