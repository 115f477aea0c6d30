import { expect, it, vi } from 'vitest';
import { ParleyError } from '../../../client/errors.ts';
import type { Message, StoredMessage, Thread } from '../../../client/types.ts';
import { en } from '../strings/en.ts';
import { Editor, lastOwn } from './editor.ts';

const message = {
  key: 'k',
  id: 'm',
  senderId: 'me',
  content: 'old',
  status: 'sent',
  deletedAt: undefined,
} as StoredMessage;

function begin(edit: () => Promise<void> = () => Promise.resolve()) {
  const messages: StoredMessage[] = [message];
  const thread = { edit: vi.fn<Thread['edit']>(edit), state: { get: () => ({ messages }) } };
  const editor = new Editor({ requestUpdate: () => undefined });
  editor.begin(thread as unknown as Thread, message);
  return { editor, thread, messages };
}
const fails = (code: 'conflict' | 'network') => () => Promise.reject(new ParleyError(code, 'no'));

it('saves what is another text, and nothing when it is the same', async () => {
  const { editor, thread } = begin();
  expect(await editor.save('old')).toBe(true);
  expect(thread.edit).not.toHaveBeenCalled();
  expect(await editor.save('new')).toBe(true);
  expect(thread.edit).toHaveBeenCalledWith('m', 'new');
  expect(editor.problem(en)).toBe('');
});

it.each([
  ['conflict', en.message.tooOld],
  ['network', en.message.why('network')],
] as const)('says why it could not: %s', async (code, text) => {
  const { editor } = begin(fails(code));
  expect(await editor.save('new')).toBe(false);
  expect([editor.isOn, editor.isSaving, editor.problem(en)]).toEqual([true, false, text]);
});

it('says again what was changed elsewhere meanwhile', async () => {
  const { editor, thread, messages } = begin();
  messages[0] = { ...message, content: 'of another device' };
  expect(await editor.save('old')).toBe(true);
  expect(thread.edit).toHaveBeenCalledWith('m', 'old');
});

it('says that it was deleted meanwhile, and saves no more', async () => {
  const { editor, thread, messages } = begin();
  messages[0] = { ...message, content: '', deletedAt: '2026-01-01T00:00:00Z' };
  expect(editor.problem(en)).toBe('This message was deleted.');
  expect(await editor.save('new')).toBe(false);
  expect(thread.edit).not.toHaveBeenCalled();
});

it('does not end another one that was begun meanwhile', async () => {
  const { editor, thread } = begin(fails('conflict'));
  const saved = editor.save('new');
  editor.begin(thread as unknown as Thread, { ...message, key: 'other' });
  expect(await saved).toBe(false);
  expect([editor.isOn, editor.problem(en)]).toEqual([true, '']);
});

it('finds the last of one’s own that can be edited', () => {
  const all = [
    message,
    { ...message, key: 'deleted', deletedAt: 'now' },
    { ...message, key: 'other', senderId: 'you' },
    { ...message, key: 'unsent', status: 'sending' },
  ] as Message[];
  expect(lastOwn(all, 'me')?.key).toBe('k');
  expect(lastOwn([], 'me')).toBeUndefined();
});
