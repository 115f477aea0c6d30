import sharp from 'sharp';
import { packagePath } from '../../src/lib/package-path.ts';
import type { CreatedAttachment } from '../../src/protocol/rest.ts';
import { rest } from '../../test/support/client.ts';
import { query } from '../../test/support/query.ts';

interface Person {
  readonly id: string;
  readonly token: string;
}

type Who = 'buyer' | 'seller' | 'noor' | 'jonas';

interface Talk {
  readonly listingId: number;
  readonly seller: Who;
  /** Who, how many minutes ago, what, with which of the demo's pictures, and how the other reacted. */
  readonly lines: readonly (readonly [
    who: Who,
    minutesAgo: number,
    text: string,
    more?: { readonly picture?: string; readonly reaction?: string },
  ])[];
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
      ['seller', 75, '230, and the lights come with it.', { picture: 'bike' }],
      ['buyer', 12, 'Deal!', { reaction: '👍' }],
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
    for (const [who, minutesAgo, content, { picture, reaction } = {}] of lines) {
      const [sender, reader] = who === 'buyer' ? [me, other] : [other, me];
      const files = picture && { attachmentIds: [await upload(url, sender, folder, picture)] };
      const sent = await rest(url, sender, 'POST', `${folder}/messages`, { content, ...files });
      const { message } = sent.body as { message: { id: string } };
      if (reaction !== undefined)
        await rest(
          url,
          reader,
          'PUT',
          `${folder}/messages/${message.id}/reactions/${encodeURIComponent(reaction)}`,
        );
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

/** @returns the id of what was uploaded: that listing's picture, as a camera would have it */
async function upload(
  url: string,
  sender: Person,
  folder: string,
  picture: string,
): Promise<string> {
  const drawing = packagePath(`src/web/page/pictures/${picture}.svg`);
  const bytes = new Uint8Array(await sharp(drawing).resize({ width: 1_200 }).jpeg().toBuffer());
  const announced = await rest(url, sender, 'POST', `${folder}/attachments`, {
    name: `${picture}.jpg`,
    size: bytes.length,
    contentType: 'image/jpeg',
  });
  const { attachment, upload: target } = announced.body as CreatedAttachment;
  const { method, headers } = target;
  await fetch(new URL(target.url, url), { method, headers, body: bytes });
  return attachment.id;
}

async function signIn(url: string, who: Who): Promise<Person> {
  const answer = await fetch(`${url}/demo/token?as=${who}`);
  const { token } = (await answer.json()) as { token: string };
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    sub: string;
  };
  return { id: claims.sub, token };
}
