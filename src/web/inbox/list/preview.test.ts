import { expect, it } from 'vitest';
import type { Attachment, ConversationSummary, Message } from '../../../client/types.ts';
import { en } from '../strings/en.ts';
import { previewOf } from './preview.ts';

const sent = {
  key: 'k',
  conversationId: 'c',
  senderId: 'other',
  content: 'Still there?',
  createdAt: '2026-01-01T00:00:00Z',
  status: 'sent',
  id: 'm',
  seq: 1,
  clientMessageId: undefined,
  attachments: [],
  reactions: [],
  editedAt: undefined,
  deletedAt: undefined,
} satisfies Message;

const preview = (change: Partial<ConversationSummary>) =>
  previewOf(
    {
      isTyping: false,
      unreadCount: 0,
      draft: '',
      lastMessage: sent,
      ...change,
    } as ConversationSummary,
    'me',
    en,
    'en',
  );

it('is the last message, and says when it is one’s own', () => {
  expect(preview({})).toEqual({ kind: 'message', label: undefined, text: 'Still there?' });
  expect(preview({ lastMessage: { ...sent, senderId: 'me', status: 'read' } })).toEqual({
    kind: 'message',
    label: 'You:',
    text: 'Still there?',
  });
});

it('says what became of it', () => {
  const own = { ...sent, senderId: 'me', clientMessageId: 'i', status: 'sending' as const };
  expect(preview({ lastMessage: own })).toMatchObject({ kind: 'sending', label: 'You:' });
});

it('is the draft rather than the message, and typing rather than both', () => {
  expect(preview({ draft: ' ' }).kind).toBe('message');
  expect(preview({ draft: 'Well', unreadCount: 1 }).kind).toBe('message');
  expect(preview({ draft: 'Hel' })).toEqual({ kind: 'draft', label: 'Draft:', text: 'Hel' });
  expect(preview({ draft: 'Hel', isTyping: true })).toEqual({
    kind: 'typing',
    label: undefined,
    text: 'typing…',
  });
});

it('is empty where nothing was written', () => {
  expect(preview({ lastMessage: null })).toEqual({ kind: 'none', label: undefined, text: '' });
});

it('is short, without half a character', () => {
  const { text } = preview({
    lastMessage: { ...sent, content: `${'x'.repeat(159)}😀${'y'.repeat(9)}` },
  });
  expect(text).toBe(`${'x'.repeat(159)}…`);
});

it('says that it was deleted, and by whom', () => {
  const deleted = { ...sent, content: '', deletedAt: '2026-01-01T00:01:00Z' };
  expect(preview({ lastMessage: deleted })).toMatchObject({
    kind: 'deleted',
    text: 'This message was deleted',
  });
  expect(preview({ lastMessage: { ...deleted, senderId: 'me' } }).text).toBe(
    'You deleted this message',
  );
});

const says = (content: string, ...attachments: Attachment[]) =>
  preview({ lastMessage: { ...sent, content, attachments } });

it('says what the files are, where there is no text', () => {
  const file = { name: 'bill.pdf', contentType: 'application/pdf' } as Attachment;
  const url = 'https://chat.example/t';
  const image = { contentType: 'image/png', width: 9, height: 9, thumbnailUrl: url };
  const photo = { ...file, ...image } as Attachment;
  expect(says('', photo)).toMatchObject({ files: 'photo', text: 'Photo' });
  expect(says('', photo, photo)).toMatchObject({ files: 'photo', text: '2 photos' });
  expect(says('', file)).toMatchObject({ files: 'file', text: 'bill.pdf' });
  expect(says('', file, photo)).toMatchObject({ files: 'file', text: '2 files' });
  expect(says('Look', photo)).toMatchObject({ files: 'photo', text: 'Look' });
});
