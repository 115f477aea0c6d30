import { rest } from '../../test/support/client.ts';
import { query } from '../../test/support/query.ts';

type Who = 'buyer' | 'seller' | 'noor' | 'jonas';

interface Talk {
  readonly listingId: number;
  readonly seller: Who;
  /** Who, how many minutes ago, what. */
  readonly lines: readonly (readonly [who: Who, minutesAgo: number, text: string])[];
  readonly isRead: boolean;
}

const DAY = 24 * 60;

const TALKS: readonly Talk[] = [
  {
    listingId: 4,
    seller: 'noor',
    isRead: true,
    lines: [
      ['buyer', 3 * DAY, 'How much light does it need?'],
      ['noor', 3 * DAY - 9, 'A bright corner without sun is fine.'],
    ],
  },
  {
    listingId: 3,
    seller: 'jonas',
    isRead: true,
    lines: [
      ['buyer', DAY + 200, 'Does the light meter work?'],
      ['jonas', DAY + 120, 'It does, I had it checked in spring.'],
      ['buyer', DAY + 100, 'Good! I think about it.'],
    ],
  },
  {
    listingId: 2,
    seller: 'noor',
    isRead: false,
    lines: [
      ['buyer', 190, 'Would it fit into a small car?'],
      ['noor', 31, 'The legs come off, so yes.'],
      ['noor', 30, 'I can help to carry it down.'],
    ],
  },
  {
    listingId: 1,
    seller: 'seller',
    isRead: true,
    lines: [
      ['buyer', DAY + 40, 'Hi Sam, is the bike still there?'],
      ['seller', DAY + 22, 'It is! 56 cm frame, new tyres, and I have the papers.'],
      ['buyer', DAY + 20, 'Would you take 220?'],
      ['buyer', DAY + 19, 'I could pick it up tomorrow.'],
      ['seller', 75, '230, and the lights come with it: https://example.com/lights'],
      ['buyer', 12, 'Deal!'],
      ['seller', 9, 'Great. The yard behind number 14, the gate is open.'],
      ['buyer', 2, 'See you at six!'],
    ],
  },
];

/** Has the demo's people talk to its buyer, over some days. */
export async function makeConversations(url: string, databaseUrl: string): Promise<void> {
  for (const { listingId, seller, lines, isRead } of TALKS) {
    const [me, other] = [await signIn(url, 'buyer'), await signIn(url, seller)];
    const { body } = await rest(url, me, 'POST', '/api/conversations', {
      listingId,
      sellerId: other.id,
    });
    const conversationId = (body as { id: string }).id;
    const folder = `/api/conversations/${conversationId}`;
    const last = new Map<Who, string>();
    for (const [who, minutesAgo, content] of lines) {
      const sent = await rest(url, who === 'buyer' ? me : other, 'POST', `${folder}/messages`, {
        content,
      });
      const { message } = sent.body as { message: { id: string } };
      last.set(who, message.id);
      await query(
        databaseUrl,
        `UPDATE messages SET created_at = created_at - $2 * interval '1 minute' WHERE id = $1`,
        [message.id, minutesAgo],
      );
    }
    await rest(url, other, 'POST', `${folder}/read`, { messageId: last.get('buyer') });
    if (isRead) await rest(url, me, 'POST', `${folder}/read`, { messageId: last.get(seller) });
    await query(
      databaseUrl,
      `UPDATE conversations SET last_message_at =
         (SELECT max(created_at) FROM messages WHERE conversation_id = $1) WHERE id = $1`,
      [conversationId],
    );
  }
}

async function signIn(url: string, who: Who): Promise<{ id: string; token: string }> {
  const answer = await fetch(`${url}/demo/token?as=${who}`);
  const { token } = (await answer.json()) as { token: string };
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    sub: string;
  };
  return { id: claims.sub, token };
}
