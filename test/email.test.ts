import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { newUser } from './support/client.ts';
import {
  PUBLIC_URL,
  Talk,
  digest,
  emailTests,
  writtenSecrets,
  header,
  headerCount,
  is,
  openQueue,
  run,
  stage,
} from './support/email.ts';
import { query } from './support/query.ts';
import { upload } from './support/upload.ts';

emailTests();

/** Whether a job ends without a mail. */
async function refrains(talk: Talk, job = talk.job(1)): Promise<boolean> {
  const { queue, outcomes } = openQueue();
  const { retries } = await run(queue, job);
  return retries.length === 0 && outcomes.join() === 'skipped' && talk.received.length === 0;
}

describe('a digest', () => {
  test('has what is unread, once, with its headers', async () => {
    const talk = await Talk.begin();
    await talk.write('Is it still there?', talk.buyer);
    await talk.write('Yes, it is.');
    await talk.write('When can you come?\nAt six?');
    const received = await digest(talk, talk.job(3), {
      conversationUrl: 'https://shop.example/chat/{conversationId}?c={conversationId}',
    });
    const { mail } = received;
    expect(received).toMatchObject({ from: 'chat@shop.example', to: [talk.address] });
    expect(mail.subject).toBe('2 new messages from Ann');
    expect(mail.from?.value).toEqual([{ name: 'Shop, Inc.', address: 'chat@shop.example' }]);
    expect(mail.to).toMatchObject({ value: [{ name: '', address: talk.address }] });
    expect(mail.replyTo).toBeUndefined();
    expect(mail.attachments).toEqual([]);
    const { text = '', html } = mail;
    for (const body of [text, html || '']) {
      expect(body).toContain('Yes, it is.');
      expect(body).toContain('When can you come?\nAt six?');
      expect(body).not.toContain('Is it still there?');
      expect(body).toContain(`https://shop.example/chat/${talk.id}?c=${talk.id}`);
      expect(body).toMatch(/\d{1,2}:\d\d (AM|PM) UTC/);
      expect(body.indexOf('Yes, it is.')).toBeLessThan(body.indexOf('When can you come?'));
    }
    expect(html).toContain('<html lang="en" dir="ltr">');
    expect(html).not.toMatch(/<(img|script|link|table|iframe)/i);
    const id = `.${talk.id}.${talk.buyer.id}@shop.example>`;
    expect(mail.messageId).toBe(`<3${id}`);
    expect(mail.inReplyTo).toBe(`<${id.slice(1)}`);
    expect(mail.references).toBe(`<${id.slice(1)}`);
    expect(header(received, 'Auto-Submitted')).toBe('auto-generated');
    expect(header(received, 'List-Unsubscribe-Post')).toBe('List-Unsubscribe=One-Click');
    const link = /^<(.*)>$/.exec(header(received, 'List-Unsubscribe') ?? '')?.[1] ?? '';
    expect(link).toMatch(`${PUBLIC_URL}/unsubscribe?user=${talk.buyer.id}&signature=`);
    expect(text).toContain(`\n${link}\n`);
    expect(html).toContain(`href="${link.replaceAll('&', '&amp;')}"`);
    expect(header(received, 'Precedence')).toBeUndefined();
  });

  test('is one of each conversation, in one thread, of what is new since the last', async () => {
    const talk = await Talk.begin();
    await talk.write('one');
    const first = await digest(talk, talk.job(1));
    await talk.write('two');
    await talk.write('three');
    const second = await digest(talk, talk.job(3, 1));
    expect([first.mail.subject, second.mail.subject]).toEqual([
      'New message from Ann',
      '2 new messages from Ann',
    ]);
    expect(second.mail.text).not.toContain('one');
    expect(second.mail.references).toBe(first.mail.references);
    expect(second.mail.messageId).not.toBe(first.mail.messageId);
    // What comes later has a job of its own.
    await talk.write('four');
    expect((await digest(talk, talk.job(3, 1))).mail.text).not.toContain('four');
  });

  test('shows the newest ten, and says how many more there are', async () => {
    const talk = await Talk.begin();
    for (let i = 1; i <= 12; i += 1) await talk.write(`message ${i}.`);
    const { mail } = await digest(talk, talk.job(12));
    expect(mail.subject).toBe('12 new messages from Ann');
    expect(mail.text?.match(/message \d+\./g)).toEqual(
      Array.from({ length: 10 }, (_, i) => `message ${i + 3}.`),
    );
    expect(mail.text).toContain('2 earlier messages are not shown here.');
    expect(mail.html).toContain('2 earlier messages are not shown here.');
  });

  test('speaks the language of its reader, in their time zone', async () => {
    const german = await Talk.begin({ locale: 'de-AT', time_zone: 'Asia/Tokyo' });
    await german.write('Hallo');
    const { mail } = await digest(german, german.job(1));
    expect(mail.subject).toBe('Neue Nachricht von Ann');
    expect(mail.text).toMatch(/\d{2}:\d{2} GMT\+9\nHallo/);
    expect(mail.html).toContain('<html lang="de-AT" dir="ltr">');

    const arabic = await Talk.begin({ locale: 'ar_EG', time_zone: 'No/Where' }, {});
    await arabic.write('مرحبا');
    await arabic.write('hello');
    const other = (await digest(arabic, arabic.job(2))).mail;
    expect(other.subject).toMatch(/^رسالتان جديدتان حول الإعلان \d+$/);
    expect(other.html).toContain('<html lang="ar-EG" dir="rtl">');
    expect(other.html).toContain('<div dir="auto"');

    const unknown = await Talk.begin({ locale: 'tlh' }, {});
    await unknown.write('nuqneH');
    expect((await digest(unknown, unknown.job(1))).mail.subject).toMatch(
      /^New message about listing \d+$/,
    );
  });

  test('names files, and pictures', async () => {
    const talk = await Talk.begin();
    const { default: sharp } = await import('sharp');
    const bytes = await sharp({
      create: { width: 8, height: 8, channels: 3, background: 'red' },
    })
      .png()
      .toBuffer();
    const ids = [
      await upload(stage.node.url, talk.seller, talk.id, {
        name: 'bike.png',
        contentType: 'image/png',
        bytes,
      }),
      await upload(stage.node.url, talk.seller, talk.id, {
        name: '<b>\u202Etxt.exe',
        contentType: 'text/plain',
        bytes: Buffer.from('x'),
      }),
    ];
    await talk.write('', talk.seller, ids);
    const { mail } = await digest(talk, talk.job(1));
    expect(mail.text).toMatch(/\nPhoto\nFile: <b> txt\.exe\n/);
    expect(mail.html).toContain('>File: &lt;b&gt; txt.exe<');
    expect(mail.attachments).toEqual([]);
  });

  test('does not show what was deleted, and shows what was edited as it is', async () => {
    const talk = await Talk.begin();
    const first = await talk.write('a secret that slipped out');
    const second = await talk.write('befor');
    expect((await talk.call(talk.seller, 'DELETE', `/messages/${first.id}`)).status).toBe(200);
    const edited = { content: 'before six' };
    expect((await talk.call(talk.seller, 'PATCH', `/messages/${second.id}`, edited)).status).toBe(
      200,
    );
    const { mail, raw } = await digest(talk, talk.job(2));
    expect(mail.subject).toBe('New message from Ann');
    expect(raw).not.toContain('slipped');
    expect(mail.text).toContain('before six');
  });

  test.each([
    ['a line break', 'Ann\r\nBcc: all@shop.example', 'from Ann Bcc: all@shop.example'],
    ['quotes and brackets', '"Ann" <x@y.example>,', 'from "Ann" <x@y.example>,'],
    ['no ASCII', 'Änne 🚲 王', 'from Änne 🚲 王'],
    ['an override', 'Ann\u202E\u2066gpj.exe', 'from Ann gpj.exe'],
    ['no end', 'é'.repeat(2_000), `from ${'é'.repeat(58)}…`],
    ['nothing in it', ' \u202E\n ', 'about listing 1'],
    [
      'an encoded word in it',
      '=?utf-8?Q?=0D=0ABcc:_a@b.example?=',
      'from = ?utf-8?Q?=0D=0ABcc:_a@b.example?=',
    ],
  ])('takes a name with %s', async (_, name, shown) => {
    const talk = await Talk.begin({}, { name });
    await talk.write('Hello');
    const received = await digest(talk, talk.job(1));
    expect(received.mail.subject?.replace(/\d+$/, '1')).toBe(`New message ${shown}`);
    for (const single of ['Subject', 'To', 'From', 'Message-ID'])
      expect([single, headerCount(received, single)]).toEqual([single, 1]);
    for (const never of ['Bcc', 'Cc', 'X-Mine'])
      expect([never, headerCount(received, never)]).toEqual([never, 0]);
    expect(received.to).toEqual([talk.address]);
  });

  test('shows hostile contents as text', async () => {
    const talk = await Talk.begin();
    const hostile = [
      '</div></main><script>alert(1)</script><img src=x onerror=alert(1)>',
      '"><a href="javascript:alert(1)">&amp;\'',
      '\r\n.\r\nQUIT\r\n\r\nMAIL FROM:<x@y.example>',
      '--boundary\r\nContent-Type: text/html\r\n\r\n<b>',
      'right \u202Eto left',
      '{conversationId} $& $1 {n}',
    ];
    for (const content of hostile) await talk.write(content);
    const long = '🚲'.repeat(1_024);
    await talk.write(long);
    const { mail } = await digest(talk, talk.job(hostile.length + 1));
    expect(talk.received).toHaveLength(1);
    const html = mail.html || '';
    for (const content of hostile) {
      const inOneForm = content.replaceAll('\r\n', '\n');
      expect(mail.text).toContain(inOneForm);
      expect(html).toContain(
        inOneForm
          .replaceAll('&', '&amp;')
          .replaceAll('<', '&lt;')
          .replaceAll('>', '&gt;')
          .replaceAll('"', '&quot;')
          .replaceAll("'", '&#39;'),
      );
    }
    expect(html).not.toMatch(/<(script|img|a href="javascript)/);
    expect(html).toMatch(/🚲…</u);
    expect(html).not.toContain(long);
  });

  test('goes to nobody but the address', async () => {
    for (const email of [
      'a@b.example, c@d.example',
      'a@b.example\r\nBcc: c@d.example',
      '"a" <a@b.example>',
      'a@b.example> SIZE=1',
      'nobody',
    ]) {
      const talk = await Talk.begin({ email });
      await talk.write('Hello');
      const { queue, outcomes } = openQueue();
      const before = stage.server.received.length;
      expect(await run(queue, talk.job(1))).toEqual({ retries: [] });
      expect(outcomes).toEqual(['refused']);
      expect(stage.server.received).toHaveLength(before);
    }
  });
});

describe('nothing is sent', () => {
  test('of what was read meanwhile', async () => {
    const talk = await Talk.begin();
    const { id } = await talk.write('Hello');
    expect((await talk.call(talk.buyer, 'POST', '/read', { messageId: id })).status).toBe(200);
    expect(await refrains(talk)).toBe(true);
  });

  test('of what was deleted, of what the reader wrote, of what an earlier one told', async () => {
    const talk = await Talk.begin();
    const { id } = await talk.write('Hello');
    await talk.write('Hello', talk.buyer);
    expect(await refrains(talk, talk.job(2, 1))).toBe(true);
    await talk.call(talk.seller, 'DELETE', `/messages/${id}`);
    expect(await refrains(talk, talk.job(2))).toBe(true);
  });

  test('to whoever muted the conversation, until that ends', async () => {
    const talk = await Talk.begin();
    await talk.write('Hello');
    const mute = (until: string): Promise<unknown> =>
      query(
        stage.databaseUrl,
        `INSERT INTO notices (conversation_id, user_id, muted_until) VALUES ($1, $2, ${until})
         ON CONFLICT (conversation_id, user_id) DO UPDATE SET muted_until = excluded.muted_until`,
        [talk.id, talk.buyer.id],
      );
    await mute("'infinity'");
    expect(await refrains(talk)).toBe(true);
    await mute("now() + interval '1 minute'");
    expect(await refrains(talk)).toBe(true);
    await mute("now() - interval '1 minute'");
    await digest(talk, talk.job(1));
  });

  test('without an address, or to whoever wants none, or to a stranger', async () => {
    const nobody = await Talk.begin({ email: null });
    await nobody.write('Hello');
    expect(await refrains(nobody)).toBe(true);
    const off = await Talk.begin({ email_off_at: new Date() });
    await off.write('Hello');
    expect(await refrains(off)).toBe(true);
    const stranger = await newUser();
    await is(stranger, { email: 'stranger@mail.example' });
    expect(await refrains(nobody, { ...nobody.job(1), userId: stranger.id })).toBe(true);
    expect(await refrains(nobody, { ...nobody.job(1), conversationId: randomUUID() })).toBe(true);
  });
});

test('nothing secret is in a log', () => {
  expect(writtenSecrets('Is it still there?')).toEqual([]);
});
