import { expect, test, vi } from 'vitest';
import { limitSends } from './limit-sends.ts';
import type { RecallMessage } from './recall.ts';
import type { SendInput, SendMessage, Sent } from './send.ts';

const sent = (id: string): Sent => ({
  repeated: false,
  message: { id, senderId: 's', content: 'c', createdAt: '', readAt: null, seq: 1 },
});

function limited(wait: number, known: Sent | undefined) {
  const send = vi.fn<SendMessage>(() => Promise.resolve(sent('new')));
  const recall = vi.fn<RecallMessage>(() => Promise.resolve(known));
  return { send, recall, limitedSend: limitSends(send, recall, () => wait) };
}

const input = (clientMessageId: string | undefined): SendInput => ({
  conversationId: 'a',
  senderId: 's',
  content: 'c',
  clientMessageId,
});

const refusal = { code: 'rate_limited', message: 'too many messages', retryAfterMs: 70 };

test('within the limit a send goes on in the same turn, and nothing is looked up', async () => {
  const { send, recall, limitedSend } = limited(0, undefined);
  const answer = limitedSend(input('k'));
  expect(send).toHaveBeenCalledOnce();
  expect((await answer).message.id).toBe('new');
  expect(recall).not.toHaveBeenCalled();
});

test('over the limit a repeat gets its original', async () => {
  const { send, limitedSend } = limited(70, sent('original'));
  expect((await limitedSend(input('k'))).message.id).toBe('original');
  expect(send).not.toHaveBeenCalled();
});

test('over the limit what is not known is refused', async () => {
  const { send, limitedSend } = limited(70, undefined);
  await expect(limitedSend(input('k'))).rejects.toMatchObject(refusal);
  expect(send).not.toHaveBeenCalled();
});

test('over the limit a send without a key is refused without a look', async () => {
  const { send, recall, limitedSend } = limited(70, sent('original'));
  await expect(limitedSend(input(undefined))).rejects.toMatchObject(refusal);
  expect(recall).not.toHaveBeenCalled();
  expect(send).not.toHaveBeenCalled();
});
