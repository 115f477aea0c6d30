import { beforeAll, expect } from 'vitest';
import { WebSocket } from 'ws';
import {
  type Answer,
  Client,
  type Frame,
  type User,
  connect,
  newConversation,
  newUser,
  rest,
} from './client.ts';
import { createDatabase } from './database.ts';
import { clusterEnv } from './node-process.ts';
import { type NodeProcess, startNode } from './spawn-node.ts';

export interface TwoNodes {
  readonly env: Readonly<Record<string, string>>;
  readonly databaseUrl: string;
  readonly first: NodeProcess;
  readonly second: NodeProcess;
}

/** Two nodes on a database of the file's own, which are there from `beforeAll` on. */
export function twoNodes(extra: Readonly<Record<string, string>> = {}): TwoNodes {
  const nodes = {} as { -readonly [K in keyof TwoNodes]: TwoNodes[K] };
  beforeAll(async () => {
    const databaseUrl = await createDatabase();
    // They send more at once than people do.
    const env = { ...clusterEnv(databaseUrl), RATE_LIMITS: 'off', ...extra };
    const [first, second] = await Promise.all([startNode(env), startNode(env)]);
    Object.assign(nodes, { env, databaseUrl, first, second });
    return async () => {
      for (const node of [first, second]) {
        node.kill('SIGKILL');
        await node.exited;
      }
    };
  });
  return nodes;
}

/** Two people who chat; REST goes to the first node unless told otherwise. */
export class Chat {
  readonly id: string;
  readonly buyer: User;
  readonly seller: User;
  readonly #nodes: TwoNodes;

  private constructor(nodes: TwoNodes, id: string, buyer: User, seller: User) {
    this.#nodes = nodes;
    this.id = id;
    this.buyer = buyer;
    this.seller = seller;
  }

  static async create(nodes: TwoNodes): Promise<Chat> {
    const [buyer, seller] = await Promise.all([newUser(), newUser()]);
    const id = await newConversation(nodes.first.url, buyer, seller);
    return new Chat(nodes, id, buyer, seller);
  }

  /** Another buyer, who writes to the same seller. */
  async another(): Promise<Chat> {
    const buyer = await newUser();
    const id = await newConversation(this.#nodes.first.url, buyer, this.seller);
    return new Chat(this.#nodes, id, buyer, this.seller);
  }

  /** A socket of each party on each node. */
  sockets(): Promise<[Client, Client, Client, Client]> {
    const { first, second } = this.#nodes;
    return Promise.all([
      connect(first.wsUrl, this.buyer),
      connect(second.wsUrl, this.buyer),
      connect(first.wsUrl, this.seller),
      connect(second.wsUrl, this.seller),
    ]);
  }

  /** @param path what follows the conversation's */
  call(
    user: User,
    method: string,
    path: string,
    body?: object,
    node = this.#nodes.first,
  ): Promise<Answer> {
    return rest(node.url, user, method, `/api/conversations/${this.id}${path}`, body);
  }

  /** @returns the message */
  // oxlint-disable-next-line typescript/no-explicit-any
  async send(user: User, content: string, clientMessageId?: string): Promise<any> {
    const { status, body } = await this.call(user, 'POST', '/messages', {
      content,
      ...(clientMessageId === undefined ? {} : { clientMessageId }),
    });
    if (status !== 200 && status !== 201) throw new Error(`not sent: ${status}`);
    return body.message;
  }

  edit(user: User, messageId: string, content: string, node?: NodeProcess): Promise<Answer> {
    return this.call(user, 'PATCH', `/messages/${messageId}`, { content }, node);
  }

  delete(user: User, messageId: string, node?: NodeProcess): Promise<Answer> {
    return this.call(user, 'DELETE', `/messages/${messageId}`, undefined, node);
  }

  react(user: User, messageId: string, emoji: string, node?: NodeProcess): Promise<Answer> {
    return this.call(user, 'PUT', reactionPath(messageId, emoji), undefined, node);
  }

  unreact(user: User, messageId: string, emoji: string, node?: NodeProcess): Promise<Answer> {
    return this.call(user, 'DELETE', reactionPath(messageId, emoji), undefined, node);
  }

  /** Newest first. */
  // oxlint-disable-next-line typescript/no-explicit-any
  async history(user: User, node?: NodeProcess): Promise<any[]> {
    return (await this.call(user, 'GET', '/messages', undefined, node)).body.messages;
  }

  /** As this party sees it. */
  // oxlint-disable-next-line typescript/no-explicit-any
  async state(user: User, node?: NodeProcess): Promise<any> {
    return (await this.call(user, 'GET', '', undefined, node)).body;
  }
}

const reactionPath = (messageId: string, emoji: string): string =>
  `/messages/${messageId}/reactions/${encodeURIComponent(emoji)}`;

const isChangeOf = (conversationId: string) => (frame: Frame) =>
  frame['conversationId'] === conversationId &&
  frame['seq'] !== undefined &&
  frame.type !== 'message_ack';

/** The numbered changes of a conversation that this socket has had, once the last of them is there. */
export async function changesUpTo(
  client: Client,
  conversationId: string,
  seq: number,
): Promise<Frame[]> {
  await expect.poll(() => client.frames.findLast(isChangeOf(conversationId))?.['seq']).toBe(seq);
  return client.frames.filter(isChangeOf(conversationId));
}

/** Comes back with a cursor. */
export async function resume(wsUrl: string, user: User, cursor: string): Promise<Client> {
  const client = new Client(
    new WebSocket(`${wsUrl}?cursor=${encodeURIComponent(cursor)}`, {
      headers: { authorization: `Bearer ${user.token}` },
    }),
  );
  const { complete } = await client.next('resumed');
  if (complete !== true) throw new Error('the replay is incomplete');
  return client;
}
