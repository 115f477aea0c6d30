import { beforeEach, describe, expect, test, vi } from 'vitest';
import { pass, startServer } from '../state/testing/start-server.ts';
import { type FakeServer, ME } from '../state/testing/fake-server.ts';
import { refuse, store, takeSends, tell } from '../state/testing/frames.ts';
import { openChat } from '../state/testing/open-chat.ts';
import { memoryStorage } from '../storage/memory.ts';
import type { Thread, Upload } from '../types.ts';
import { FakeXhr } from './testing/fake-xhr.ts';

let server: FakeServer;
let id: string;
beforeEach(() => {
  ({ server, id } = startServer());
  FakeXhr.all.length = 0;
});

const photo = (name = 'photo.png', text = 'bytes'): File =>
  new File([text], name, { type: 'image/png' });
const uploads = (thread: Thread): readonly Upload[] => thread.state.get().uploads;
const states = (thread: Thread): string[] =>
  uploads(thread).map(({ name, state }) =>
    state.status === 'uploading' ? `${name} ${state.progress}` : `${name} ${state.status}`,
  );

/** @returns the keys of that many that are ready */
async function ready(thread: Thread, count: number): Promise<string[]> {
  const keys = Array.from({ length: count }, (_, i) => thread.upload(photo(`${i}.png`)));
  for (let i = 0; i < count; i += 1) await pass(0);
  expect(uploads(thread).map(({ state }) => state.status)).toEqual(keys.map(() => 'ready'));
  return keys;
}

describe('with fetch', () => {
  test('announced, put with exactly the headers that are wanted, looked at', async () => {
    const { client } = await openChat(server, { url: 'http://parley/chat' });
    server.requests.length = 0;
    const thread = client.thread(id);
    const key = thread.upload(photo());
    expect(uploads(thread)).toMatchObject([
      { key, name: 'photo.png', size: 5, contentType: 'image/png' },
    ]);
    expect(states(thread)).toEqual(['photo.png 0']);
    await pass(100);
    const [file] = server.files.stored.values();
    expect(file).toMatchObject({ name: 'photo.png', size: 5, bytes: 'bytes' });
    const path = `/chat/api/conversations/${id}/attachments`;
    expect(server.requests).toEqual([
      path,
      `/chat/api/attachments/${id}/${file?.id}?signature=one`,
      `${path}/${file?.id}/complete`,
    ]);
    expect(server.files.headers).toEqual([{ 'Content-Type': 'image/png', 'X-Signed': 'yes' }]);
    expect(uploads(thread)[0]?.state).toMatchObject({
      status: 'ready',
      attachment: {
        id: file?.id,
        width: 4,
        url: `http://parley/chat/api/attachments/c/${file?.id}/original?signature=one`,
      },
    });
  });

  test('three at once; the others wait, and one that is cancelled meanwhile is not begun', async () => {
    server.delayMs = () => 1_000;
    const { client } = await openChat(server);
    await pass(2_000);
    server.requests.length = 0;
    const thread = client.thread(id);
    const other = client.thread(server.create(2));
    const [, , , fourth = ''] = ['a', 'b', 'c', 'd', 'e'].map((name) => thread.upload(photo(name)));
    other.upload(photo('f'));
    await pass(100);
    expect(server.requests).toHaveLength(3);
    thread.cancelUpload(fourth);
    expect(states(thread)).toEqual(['a 0', 'b 0', 'c 0', 'e 0']);
    await pass(10_000);
    expect(states(thread)).toEqual(['a ready', 'b ready', 'c ready', 'e ready']);
    expect(states(other)).toEqual(['f ready']);
    expect([...server.files.stored.values()].map(({ name }) => name)).toEqual([
      'a',
      'b',
      'c',
      'e',
      'f',
    ]);
  });

  test('without a network it goes on when there is one', async () => {
    const { client } = await openChat(server);
    const thread = client.thread(id);
    server.fail = () => 'network';
    thread.upload(photo());
    await pass(20_000);
    expect(states(thread)).toEqual(['photo.png 0']);
    server.fail = (path) => (path.startsWith('/api/attachments') ? 'network' : undefined);
    await pass(60_000);
    expect(server.files.stored.size).toBe(1);
    expect(states(thread)).toEqual(['photo.png 0']);
    server.fail = (path) => (path.endsWith('complete') ? 'network' : undefined);
    await pass(60_000);
    expect(states(thread)).toEqual(['photo.png 1']);
    server.fail = () => undefined;
    await pass(60_000);
    expect(states(thread)).toEqual(['photo.png ready']);
    expect(server.files.stored.size).toBe(1);
  });

  test('for as long as the announcement is good: then it fails, and can be tried again', async () => {
    const { client } = await openChat(server);
    const thread = client.thread(id);
    server.files.lifetimeMs = 60_000;
    server.fail = (path) => (path.startsWith('/api/attachments') ? 'network' : undefined);
    const key = thread.upload(photo());
    await pass(120_000);
    expect(uploads(thread)[0]?.state).toMatchObject({
      status: 'failed',
      error: { name: 'ParleyError', code: 'network' },
    });
    server.fail = () => undefined;
    thread.retryUpload(key);
    expect(states(thread)).toEqual(['photo.png 0']);
    await pass(100);
    expect(states(thread)).toEqual(['photo.png ready']);
    expect(server.files.stored.size).toBe(2);
    thread.retryUpload(key);
    expect(states(thread)).toEqual(['photo.png ready']);
  });

  test.each([
    [413, 'attachment_too_large', 'size must be at most 26214400 bytes'],
    [403, 'not_authorized', 'not authorized for this conversation'],
  ])('what is refused (%i) fails at once, and the next one goes', async (status, code, detail) => {
    const { client } = await openChat(server);
    const thread = client.thread(id);
    server.fail = () => ({ status, body: { code, detail } });
    thread.upload(photo());
    await pass(0);
    expect(uploads(thread)[0]?.state).toMatchObject({
      status: 'failed',
      error: { code, message: detail },
    });
    server.fail = () => undefined;
    await pass(60_000);
    thread.upload(photo('next'));
    await pass(100);
    expect(states(thread)).toEqual(['photo.png failed', 'next ready']);
  });

  test('a storage that is full is asked three times', async () => {
    const { client } = await openChat(server);
    const thread = client.thread(id);
    const asked: string[] = [];
    server.fail = (path) => {
      if (!path.startsWith('/api/attachments')) return undefined;
      asked.push(path);
      return { status: 503, body: { code: 'unavailable', detail: 'full' } };
    };
    thread.upload(photo());
    await pass(60_000);
    expect(asked).toHaveLength(3);
    expect(uploads(thread)[0]?.state).toMatchObject({ error: { code: 'unavailable' } });
  });

  test('cancelled: it is gone, and nothing more is asked for', async () => {
    server.delayMs = () => 1_000;
    const { client } = await openChat(server);
    await pass(2_000);
    const thread = client.thread(id);
    const key = thread.upload(photo());
    await pass(1_500);
    const asked = server.requests.length;
    thread.cancelUpload(key);
    expect(uploads(thread)).toEqual([]);
    await pass(10_000);
    expect(server.requests).toHaveLength(asked);
    expect(uploads(thread)).toEqual([]);
    thread.cancelUpload(key);
  });

  test('a closed client asks for nothing more', async () => {
    server.delayMs = () => 1_000;
    const { client } = await openChat(server);
    await pass(2_000);
    client.thread(id).upload(photo());
    await pass(1_500);
    const asked = server.requests.length;
    await client.close();
    await pass(60_000);
    expect(server.requests).toHaveLength(asked);
  });
});

describe('with XMLHttpRequest', () => {
  beforeEach(() => {
    vi.stubGlobal('XMLHttpRequest', FakeXhr);
  });

  test('tells how far it is; no type is sent that the server did not ask for', async () => {
    const { client } = await openChat(server);
    const thread = client.thread(id);
    thread.upload(photo('photo.png', '0123456789'));
    await pass(0);
    const [request] = FakeXhr.all;
    expect(request).toMatchObject({
      method: 'PUT',
      headers: { 'Content-Type': 'image/png', 'X-Signed': 'yes' },
    });
    expect(request?.body?.type).toBe('');
    request?.progress(4);
    expect(states(thread)).toEqual(['photo.png 0.4']);
    server.delayMs = () => (server.requests.at(-1)?.endsWith('complete') ? 1_000 : 0);
    await request?.finish(server);
    await pass(0);
    expect(states(thread)).toEqual(['photo.png 1']);
    await pass(1_000);
    expect(states(thread)).toEqual(['photo.png ready']);
  });

  test('one that is cut begins again, and one that stalls is cut', async () => {
    const { client } = await openChat(server);
    const thread = client.thread(id);
    thread.upload(photo('photo.png', '0123456789'));
    await pass(0);
    FakeXhr.all[0]?.progress(4);
    FakeXhr.all[0]?.fail();
    await pass(1_000);
    expect(states(thread)).toEqual(['photo.png 0']);
    FakeXhr.all[1]?.progress(4);
    await pass(50_000);
    FakeXhr.all[1]?.progress(5);
    await pass(59_000);
    expect(FakeXhr.all).toHaveLength(2);
    await pass(10_000);
    expect(FakeXhr.all).toHaveLength(3);
    await FakeXhr.all[2]?.finish(server);
    await pass(0);
    expect(states(thread)).toEqual(['photo.png ready']);
  });

  test('cancelled: it is aborted', async () => {
    const { client } = await openChat(server);
    const thread = client.thread(id);
    const key = thread.upload(photo());
    await pass(0);
    thread.cancelUpload(key);
    await pass(60_000);
    expect(FakeXhr.all).toMatchObject([{ isAborted: true }]);
  });

  test('refused, it says why', async () => {
    const { client } = await openChat(server);
    const thread = client.thread(id);
    thread.upload(photo());
    await pass(0);
    FakeXhr.all[0]?.answer(400, { code: 'invalid_message', detail: 'this URL has expired' });
    await pass(0);
    expect(uploads(thread)[0]?.state).toMatchObject({
      error: { code: 'invalid_message', message: 'this URL has expired' },
    });
  });
});

describe('sent', () => {
  test('with its message, which may say nothing: shown at once, and no uploads any more', async () => {
    const { client, link } = await openChat(server);
    const thread = client.thread(id);
    await thread.load();
    const [first = '', second = '', third = ''] = await ready(thread, 3);
    const ids = uploads(thread).map(({ state }) => state.status === 'ready' && state.attachment.id);
    const sent = thread.send('', { uploads: [third, first] });
    expect(uploads(thread).map(({ key }) => key)).toEqual([second]);
    const [sending] = thread.state.get().messages;
    expect(sending).toMatchObject({
      status: 'sending',
      content: '',
      attachments: [{ name: '2.png' }, { name: '0.png' }],
    });
    const [told] = store(server, link);
    expect(told).toMatchObject({ message: { attachments: [{ id: ids[2] }, { id: ids[0] }] } });
    tell(link, told);
    expect(await sent).toMatchObject({ status: 'sent', attachments: [{ width: 4 }, { width: 4 }] });
    expect(thread.state.get().messages[0]?.key).toBe(sending?.key);
    expect(uploads(thread).map(({ key }) => key)).toEqual([second]);
  });

  test('without files nothing of them is in the frame', async () => {
    const { client, link } = await openChat(server);
    void client.thread(id).send('hello', { uploads: [] });
    expect(Object.keys(takeSends(link)[0] ?? {})).not.toContain('attachmentIds');
  });

  test('what is not ready, unknown, named twice, or too much: refused, and nothing is taken', async () => {
    const { client, link } = await openChat(server);
    const thread = client.thread(id);
    const keys = await ready(thread, 11);
    server.fail = () => 'network';
    const waiting = thread.upload(photo('waiting'));
    const [first = ''] = keys;
    for (const wrong of [[first, waiting], ['x'], [first, first], keys])
      await expect(thread.send('hello', { uploads: wrong })).rejects.toMatchObject({
        code: 'invalid_message',
      });
    await expect(thread.send(' ', { uploads: [first] })).rejects.toMatchObject({
      code: 'invalid_message',
    });
    await expect(thread.send('', { uploads: [] })).rejects.toMatchObject({
      code: 'invalid_message',
    });
    expect(uploads(thread)).toHaveLength(12);
    expect(takeSends(link)).toEqual([]);
    expect(thread.state.get().messages).toEqual([]);
  });

  test('survives a reload with its files, and a refusal', async () => {
    const storage = memoryStorage();
    const before = await openChat(server, { storage });
    const thread = before.client.thread(id);
    const keys = await ready(thread, 2);
    void thread.send('', { uploads: keys });
    const [frame] = takeSends(before.link);
    await before.client.close();

    const { client, link } = await openChat(server, { storage });
    const after = client.thread(id);
    await after.load();
    expect(after.state.get().messages).toMatchObject([
      { status: 'sending', content: '', attachments: [{ name: '0.png' }, { name: '1.png' }] },
    ]);
    const [again] = takeSends(link);
    expect(again).toEqual(frame);
    if (again) refuse(link, again, { code: 'conflict' });
    expect(after.state.get().messages).toMatchObject([
      { status: 'failed', attachments: [{ name: '0.png' }, { name: '1.png' }] },
    ]);
    after.retry(again?.clientMessageId ?? '');
    expect(takeSends(link)).toEqual([frame]);
  });

  test('of an earlier version of the client: sent as it was stored', async () => {
    const storage = memoryStorage();
    await storage.set(`http://parley|${ME}/gone/outbox/${id}/000000000000001-k`, {
      conversationId: id,
      clientMessageId: 'k',
      content: 'old',
      at: 1,
    });
    const { client, link } = await openChat(server, { storage });
    await client.thread(id).load();
    expect(client.thread(id).state.get().messages).toMatchObject([
      { status: 'sending', content: 'old', attachments: [] },
    ]);
    expect(takeSends(link)).toEqual([
      { type: 'send_message', conversationId: id, clientMessageId: 'k', content: 'old' },
    ]);
  });
});
