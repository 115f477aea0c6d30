import { type Client, connect, newConversation, newUser } from '../support/client.ts';
import type { NodeProcess } from '../support/spawn-node.ts';

/** Each of them says something so often. */
const SAY_EVERY_MS = 500;

/** People who chat in pairs, one party on each of two nodes. */
export interface People {
  readonly clients: readonly Client[];
  /** How many messages they have sent. */
  readonly sent: () => number;
  /** From a message's sending to its arrival at the other party, in milliseconds: of all that arrived since it was asked last. */
  readonly takeLatencies: () => number[];
  stop(): void;
}

export async function startPeople(
  pairs: number,
  [first, second]: readonly [NodeProcess, NodeProcess],
): Promise<People> {
  const latencies: number[] = [];
  const speakers: { readonly client: Client; readonly conversationId: string }[] = [];
  for (let i = 0; i < pairs; i += 1) {
    const [buyer, seller] = await Promise.all([newUser(), newUser()]);
    const conversationId = await newConversation(first.url, buyer, seller);
    const places = [
      [first, buyer],
      [second, seller],
    ] as const;
    for (const [node, user] of places) {
      const client = await connect(node.wsUrl, user);
      client.socket.on('message', (data: Buffer) => {
        const found = /"senderId":"([^"]+)","content":"at ([\d.]+)"/.exec(data.toString());
        if (found !== null && found[1] !== user.id)
          latencies.push(performance.now() - Number(found[2]));
      });
      speakers.push({ client, conversationId });
    }
  }
  let sent = 0;
  const timer = setInterval(() => {
    const speaker = speakers[sent % speakers.length];
    sent += 1;
    speaker?.client.send({
      type: 'send_message',
      conversationId: speaker.conversationId,
      content: `at ${performance.now()}`,
      clientMessageId: String(sent),
    });
  }, SAY_EVERY_MS / speakers.length);
  return {
    clients: speakers.map(({ client }) => client),
    sent: () => sent,
    takeLatencies: () => latencies.splice(0),
    stop: () => clearInterval(timer),
  };
}
