import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createReplyAddresses } from '../src/email/reply-addresses.ts';
import { packagePath } from '../src/lib/package-path.ts';
import { signWebhook } from '../src/lib/standard-webhooks.ts';
import type { User } from './support/client.ts';
import {
  REPLY_SECRET,
  Talk,
  digest,
  emailTests,
  writtenSecrets,
  header,
  openQueue,
  run,
  stage,
} from './support/email.ts';
import type { Received } from './support/mail-server.ts';
import { clusterEnv } from './support/node-process.ts';
import { query } from './support/query.ts';
import { startNode } from './support/spawn-node.ts';

emailTests();

const linkOf = async (talk: Talk): Promise<URL> => {
  await talk.write('Hello');
  const received = await digest(talk, talk.job(1));
  const link = new URL(/^<(.*)>$/.exec(header(received, 'List-Unsubscribe') ?? '')?.[1] ?? '');
  // A balancer has taken off the path of PUBLIC_URL.
  return new URL(`/unsubscribe${link.search}`, stage.node.url);
};

const isOff = async (user: User): Promise<Date | null> => {
  const [row] = await query<{ at: Date | null }>(
    stage.databaseUrl,
    'SELECT email_off_at AS at FROM users WHERE id = $1',
    [user.id],
  );
  return row?.at ?? null;
};

const toText = (of: object | string): string => (typeof of === 'string' ? of : JSON.stringify(of));

/** Hands a mail to the node, as whoever receives the operator's does. */
const hand = async (
  body: object | string,
  { secret = REPLY_SECRET, atMs = Date.now(), type = 'application/json', signed = body } = {},
) => {
  const answer = await fetch(`${stage.node.url}/api/email-replies`, {
    method: 'POST',
    headers: {
      'content-type': type,
      ...signWebhook([secret], `mail_${randomUUID()}`, toText(signed), atMs),
    },
    body: toText(body),
  });
  // oxlint-disable-next-line typescript/no-explicit-any
  return { status: answer.status, body: (await answer.json()) as any };
};

const replyTo = async (talk: Talk): Promise<string> => {
  const received = await digest(talk, talk.job(1), { hasReplies: true });
  return received.mail.replyTo?.value[0]?.address ?? '';
};

const history = async (talk: Talk) =>
  (await talk.call(talk.seller, 'GET', '/messages')).body.messages;

const begin = async (): Promise<[Talk, string]> => {
  const talk = await Talk.begin();
  await talk.write('Is six all right?');
  return [talk, await replyTo(talk)];
};

describe('the link in a digest', () => {
  test('opened, asks, and changes nothing', async () => {
    const talk = await Talk.begin({ locale: 'de' });
    const link = await linkOf(talk);
    for (const method of ['GET', 'HEAD', 'GET']) {
      const answer = await fetch(link, { method });
      expect(answer.status).toBe(200);
      const policy = answer.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("form-action 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      const page = await answer.text();
      if (method === 'HEAD') continue;
      expect(page).toContain('<html lang="de" dir="ltr">');
      expect(page).toContain('<form method="post">');
      expect(page).not.toMatch(/<script|<img|<link|src=|action=/);
      const style = /<style>([^]*)<\/style>/.exec(page)?.[1] ?? '';
      expect(policy).toContain(createHash('sha256').update(style).digest('base64'));
    }
    expect(await isOff(talk.buyer)).toBeNull();
  });

  test.each([
    [
      'a form',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'List-Unsubscribe=One-Click',
    ],
    [
      'multipart',
      { 'content-type': 'multipart/form-data; boundary=x' },
      '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
    ],
    ['nothing', {}, undefined],
  ])('ends the e-mails with a POST of %s, once and for all', async (_, headers, body) => {
    const talk = await Talk.begin();
    const link = await linkOf(talk);
    const answer = await fetch(link, { method: 'POST', headers, body: body ?? null });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('You will get no more e-mails');
    const at = await isOff(talk.buyer);
    expect(at).toBeInstanceOf(Date);
    expect((await fetch(link, { method: 'POST', headers, body: body ?? null })).status).toBe(200);
    expect(await isOff(talk.buyer)).toEqual(at);
    await talk.write('Are you there?');
    const { queue, outcomes } = openQueue();
    await run(queue, talk.job(2, 1));
    expect(outcomes).toEqual(['skipped']);
    expect(await isOff(talk.seller)).toBeNull();
  });

  test('is of one user, and works for one who is not known any more', async () => {
    const [talk, other] = [await Talk.begin(), await Talk.begin()];
    const link = await linkOf(talk);
    const forged = new URL(link);
    forged.searchParams.set('user', other.buyer.id);
    const spoiled = new URL(link);
    spoiled.searchParams.set('signature', 'A'.repeat(43));
    const bare = new URL('/unsubscribe', stage.node.url);
    for (const wrong of [forged, spoiled, bare])
      for (const method of ['GET', 'POST']) {
        const answer = await fetch(wrong, { method });
        expect(answer.status).toBe(403);
        expect(await answer.json()).toMatchObject({ code: 'not_authorized' });
      }
    expect(await isOff(talk.buyer)).toBeNull();
    expect(await isOff(other.buyer)).toBeNull();
    await query(stage.databaseUrl, 'DELETE FROM users WHERE id = $1', [talk.buyer.id]);
    expect((await fetch(link, { method: 'POST' })).status).toBe(200);
    expect(await isOff(talk.buyer)).toBeInstanceOf(Date);
  });

  test('is refused to whoever guesses, after a while', async () => {
    const limited = await startNode(clusterEnv(stage.databaseUrl));
    onTestFinished(async () => {
      limited.kill('SIGKILL');
      await limited.exited;
    });
    // Nothing is answered here, as nobody reads mail.
    expect((await fetch(`${limited.url}/api/email-replies`, { method: 'POST' })).status).toBe(404);
    const statuses = new Set<number>();
    for (let i = 0; i < 150; i += 1)
      statuses.add((await fetch(`${limited.url}/unsubscribe?user=${i}&signature=x`)).status);
    expect([...statuses]).toEqual([403, 429]);
  });
});

describe('an answer', () => {
  test('becomes a message, once, without what it quotes', async () => {
    const [talk, to] = await begin();
    const [{ mail, raw }] = talk.received as [Received];
    expect(to.split('@')[0]?.length).toBeLessThanOrEqual(64);
    expect(to).toMatch(/^reply\+[0-9a-v]+@reply\.shop\.example$/);
    expect(raw).not.toContain('"List-Unsubscribe"');
    expect(mail.text).toMatch(/^##- Write your answer above this line -##\n/);
    const quoted = mail.text?.split('\n').map((line) => `> ${line}`);
    const reply = {
      to,
      messageId: '<CAF1@mail.example>',
      text: `Yes, six is fine.\r\n\r\nOn Monday, Shop <chat@shop.example> wrote:\r\n${quoted?.join('\r\n')}\r\n-- \r\nBob`,
    };
    const first = await hand(reply);
    expect(first).toMatchObject({
      status: 201,
      body: {
        conversationId: talk.id,
        message: { senderId: talk.buyer.id, content: 'Yes, six is fine.', seq: 2 },
      },
    });
    const second = await hand(reply);
    expect(second.status).toBe(200);
    expect(second.body.message.id).toBe(first.body.message.id);
    // As relays may write it.
    const loud = { ...reply, to: `"Shop" <${to.toUpperCase()}>`, messageId: '<CAF2@mail.example>' };
    expect((await hand({ ...loud, text: 'At the station?' })).status).toBe(201);
    expect((await history(talk)).map(({ content }: { content: string }) => content)).toEqual([
      'At the station?',
      'Yes, six is fine.',
      'Is six all right?',
    ]);
    // The same mail with another text is no repeat.
    expect((await hand({ ...reply, text: 'No.' })).status).toBe(409);
  });

  test('is cut where our own text begins, however it is quoted', async () => {
    const [talk, to] = await begin();
    const { mail } = talk.received[0]!;
    const answer = await hand({ to, messageId: 'a@b', text: `Yes.\n\n${mail.text}` });
    expect(answer.body.message.content).toBe('Yes.');
  });

  test('that nobody has signed lately is refused', async () => {
    const [talk, to] = await begin();
    const reply = { to, messageId: 'a@b', text: 'Yes.' };
    for (const how of [
      { secret: Buffer.from('another secret, as long as the right one') },
      { atMs: Date.now() - 301_000 },
      { atMs: Date.now() + 310_000 },
      { signed: { ...reply, text: 'No.' } },
    ])
      expect(await hand(reply, how)).toMatchObject({
        status: 403,
        body: { code: 'not_authorized' },
      });
    const bare = await fetch(`${stage.node.url}/api/email-replies`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${talk.buyer.token}` },
      body: JSON.stringify(reply),
    });
    expect(bare.status).toBe(403);
    expect(await history(talk)).toHaveLength(1);
    expect((await hand(reply, { atMs: Date.now() - 240_000 })).status).toBe(201);
  });

  test('to an address that is not ours, or of one who is no party, is refused', async () => {
    const [talk, to] = await begin();
    const [local = '', domain = ''] = to.split('@');
    const addresses = createReplyAddresses(stage.signer, domain);
    const swapped = `${local.slice(0, -1)}${local.endsWith('0') ? '1' : '0'}`;
    for (const wrong of [
      'chat@shop.example',
      `${swapped}@${domain}`,
      `${local}@mail.example`,
      `${local}@${domain}.evil.example`,
      `x${to}`,
      addresses.make(talk.id, randomUUID()),
      addresses.make(randomUUID(), talk.buyer.id),
      `reply+${'v'.repeat(52)}@${domain}`,
      '',
    ])
      expect(await hand({ to: wrong, messageId: 'a@b', text: 'Yes.' })).toMatchObject({
        status: 403,
        body: { code: 'not_authorized' },
      });
    expect(await history(talk)).toHaveLength(1);
  });

  test('that says nothing, or too much, or is no mail at all is refused', async () => {
    const [talk, to] = await begin();
    const reply = { to, messageId: 'a@b', text: 'Yes.' };
    for (const [body, status, code] of [
      [{ ...reply, text: '> Is six all right?\n-- \nBob' }, 400, 'invalid_message'],
      [{ ...reply, text: ' \n' }, 400, 'invalid_message'],
      [{ ...reply, text: 'é'.repeat(2_049) }, 413, 'message_too_large'],
      [{ ...reply, text: 'x'.repeat(64 * 1_024) }, 413, 'body_too_large'],
      [{ ...reply, messageId: ' ' }, 400, 'invalid_message'],
      [{ ...reply, messageId: undefined }, 400, 'invalid_message'],
      [{ ...reply, to: [to] }, 400, 'invalid_message'],
      [{ ...reply, text: 'a\ud800' }, 400, 'invalid_message'],
      ['{', 400, 'invalid_message'],
      ['null', 400, 'invalid_message'],
    ] as const)
      expect(await hand(body)).toMatchObject({ status, body: { code } });
    expect(await hand(reply, { type: 'text/plain' })).toMatchObject({ status: 415 });
    expect(await history(talk)).toHaveLength(1);
  });

  test('is handed on by the script of docs/operations.md', async () => {
    const [talk, to] = await begin();
    const page = await readFile(packagePath('docs/operations.md'), 'utf8');
    const script =
      page.match(/```js\n[^]*?```/g)?.find((code) => code.includes('simpleParser')) ?? '';
    // Where it finds mailparser.
    const folder = await mkdtemp(packagePath('node_modules/.parley-reply-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const secretFile = path.join(folder, 'secret');
    await writeFile(secretFile, `whsec_${REPLY_SECRET.toString('base64')}\n`);
    const file = path.join(folder, 'reply.mjs');
    await writeFile(
      file,
      script
        .replace(/^```js|```$/g, '')
        .replace('/etc/postfix/parley-reply.secret', secretFile)
        .replace('http://127.0.0.1:8080', stage.node.url),
    );
    const mail = (more: string, text: string): string =>
      `From: Bob <bob@mail.example>\r\nTo: ${to}\r\nMessage-ID: <${randomUUID()}@mail.example>\r\n${more}Content-Type: text/plain; charset=utf-8\r\n\r\n${text}`;
    const deliver = async (recipient: string, raw: string): Promise<number | null> => {
      const child = spawn(process.execPath, [file, recipient], {
        stdio: ['pipe', 'ignore', 'inherit'],
      });
      child.stdin.end(raw);
      const [code] = (await once(child, 'close')) as [number | null];
      return code;
    };
    const raw = mail('', 'Ja, um 6 wäre schön.\r\n\r\n> Is six all right?\r\n');
    expect(await deliver(to, raw)).toBe(0);
    expect(await deliver(to, raw)).toBe(0);
    expect(await deliver(to, mail('Auto-Submitted: auto-replied\r\n', 'I am away.'))).toBe(0);
    expect(await deliver(to, mail('', '> Is six all right?'))).toBe(69);
    expect(await deliver('nobody@reply.shop.example', raw)).toBe(69);
    expect((await history(talk)).map(({ content }: { content: string }) => content)).toEqual([
      'Ja, um 6 wäre schön.',
      'Is six all right?',
    ]);
  });

  test('is held to the limits of who sends it, and a repeat is not', async () => {
    const [talk, to] = await begin();
    const say = (i: number) => hand({ to, messageId: `${i}@mail.example`, text: `Message ${i}` });
    const statuses = await Promise.all(Array.from({ length: 80 }, (_, i) => say(i)));
    const codes = statuses.map(({ status }) => status);
    expect(new Set(codes)).toEqual(new Set([201, 429]));
    expect((await say(codes.indexOf(201))).status).toBe(200);
    const stored = codes.filter((code) => code === 201).length;
    expect(stored).toBeGreaterThanOrEqual(50);
    const { body } = await talk.call(talk.seller, 'GET', '/messages?limit=100');
    expect(body.messages).toHaveLength(stored + 1);
  });
});

test('nothing secret is in a log', () => {
  expect(writtenSecrets('Is six all right?')).toEqual([]);
});
