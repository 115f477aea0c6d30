import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ParleyClient } from '../../src/client/types.ts';
import { query } from '../support/query.ts';
import { drawn, pointAtThread, turnWheel, watchPlace } from './support/scrolling.ts';
import { Stage } from './support/stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set();
});
afterAll(() => stage[Symbol.asyncDispose]());

test('a message is edited in the composer, seen by both, and the draft comes back', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  const sam = await stage.visit(seller, { url: stage.second.url, conversationId });
  await bea.send('Is it stil there?');
  await expect.poll(() => bea.mark('Is it stil there?')).toBe('read');
  await bea.composer.fill('a draft');
  await bea.choose('Is it stil there?', 'Edit');
  await expect.poll(() => bea.composer.inputValue()).toBe('Is it stil there?');
  await bea.page.getByText('Editing a message').waitFor();
  await bea.send('Is it still there?');
  await expect.poll(sam.texts).toEqual(['Is it still there?']);
  await expect.poll(bea.texts).toEqual(['Is it still there?']);
  await expect.poll(() => bea.composer.inputValue()).toBe('a draft');
  for (const inbox of [bea, sam])
    await inbox.message('Is it still there?').getByText('edited', { exact: true }).waitFor();

  await bea.composer.fill('');
  await bea.composer.press('ArrowUp');
  await expect.poll(() => bea.composer.inputValue()).toBe('Is it still there?');
  await bea.composer.press('Escape');
  await expect.poll(() => bea.composer.inputValue()).toBe('');
  await sam.openMenu('Is it still there?');
  expect(await sam.page.getByRole('menuitem', { name: 'Edit' }).count()).toBe(0);
  expect(await stage.stored(conversationId)).toEqual(['Is it still there?']);
});

test('what is too old is not edited, and it is said why', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  await bea.send('once');
  await expect.poll(() => bea.mark('once')).toBe('sent');
  await query(
    stage.databaseUrl,
    "UPDATE messages SET created_at = created_at - interval '1 hour' WHERE conversation_id = $1",
    [conversationId],
  );
  await bea.choose('once', 'Edit');
  await bea.send('never');
  const problem = bea.page.getByRole('alert').filter({ hasText: 'too old to be edited' });
  await problem.waitFor();
  expect(await bea.composer.inputValue()).toBe('never');
  await bea.page.getByRole('button', { name: 'Cancel editing' }).click();
  await expect.poll(() => bea.composer.inputValue()).toBe('');
  expect(await stage.stored(conversationId)).toEqual(['once']);
});

test('a message is deleted once that was confirmed, and both see where it was', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  const sam = await stage.visit(seller, { url: stage.second.url });
  await bea.send('secret');
  await sam.conversation(/1 unread message/).waitFor();
  await bea.choose('secret', 'Delete');
  const dialog = bea.page.getByRole('alertdialog');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect.poll(() => dialog.isVisible()).toBe(false);
  expect(await bea.texts()).toEqual(['secret']);

  await bea.choose('secret', 'Delete');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await bea.log.getByText('You deleted this message').waitFor();
  await sam.conversation(/This message was deleted/).waitFor();
  await expect.poll(() => sam.conversation(/unread/).count()).toBe(0);
  await sam.conversation('Bicycle').click();
  await sam.log.getByText('This message was deleted').waitFor();
  expect(await sam.log.getByRole('button', { name: 'More actions' }).count()).toBe(0);
  await expect.poll(() => sam.page.getByText('secret').count()).toBe(0);
  await expect.poll(() => bea.page.getByText('secret').count()).toBe(0);
});

test('one that is deleted elsewhere while it is edited cannot be saved', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  const onPhone = await stage.visit(buyer, { url: stage.second.url, conversationId });
  await bea.send('first');
  await onPhone.message('first').waitFor();
  await expect.poll(() => onPhone.mark('first')).toBe('sent');
  await onPhone.choose('first', 'Edit');
  await bea.choose('first', 'Delete');
  await bea.page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await onPhone.page.getByRole('alert').filter({ hasText: 'This message was deleted.' }).waitFor();
  await onPhone.composer.press('Escape');
  expect(await onPhone.composer.inputValue()).toBe('');
});

test('the question before a deletion is gone with the inbox, and can be asked again', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  await bea.send('first');
  await expect.poll(() => bea.mark('first')).toBe('sent');
  const dialog = bea.page.getByRole('alertdialog');
  await bea.choose('first', 'Delete');
  await dialog.waitFor();
  await bea.move();
  await dialog.waitFor({ state: 'hidden' });
  await bea.choose('first', 'Delete');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await bea.log.getByText('You deleted this message').waitFor();
});

test('the question is gone with its conversation', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const other = await stage.newConversation(buyer, seller, 'Lamp');
  const bea = await stage.visit(buyer, { conversationId });
  await bea.send('first');
  await expect.poll(() => bea.mark('first')).toBe('sent');
  await bea.choose('first', 'Delete');
  const dialog = bea.page.getByRole('alertdialog');
  await dialog.waitFor();
  // As a notification does that is clicked.
  await bea.page
    .locator('parley-inbox')
    .evaluate((inbox, id) => Object.assign(inbox, { conversationId: id }), other);
  await dialog.waitFor({ state: 'hidden' });
});

test('a text can’t be made empty, and it says so', async () => {
  const { buyer, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  await bea.send('first');
  await expect.poll(() => bea.mark('first')).toBe('sent');
  await bea.choose('first', 'Edit');
  await bea.composer.fill('');
  await bea.composer.press('Enter');
  const problem = bea.page.getByRole('alert').filter({ hasText: 'The text cannot be empty.' });
  await problem.waitFor();
  await bea.composer.fill('second');
  await problem.waitFor({ state: 'hidden' });
  await bea.composer.press('Enter');
  await bea.message('second').waitFor();
});

test('what one reads stays where it is when messages above are edited, deleted and reacted to', async () => {
  const { buyer, seller, conversationId } = await stage.newPair();
  const bea = await stage.visit(buyer, { conversationId });
  for (let index = 0; index < 60; index += 1) await bea.send(`m${index}`);
  await expect.poll(() => bea.mark('m59')).toBe('sent');
  const sam = await stage.visit(seller, { url: stage.second.url, conversationId });
  await sam.message('m59').waitFor();
  await pointAtThread(sam);
  await turnWheel(sam, -700);
  await sam.page.getByRole('button', { name: /newest/ }).waitFor();
  await expect.poll(async () => Number((await sam.texts())[0]?.slice(1))).toBeLessThan(30);
  await drawn(sam);
  // Drawn, but above what is seen; the last one not even that.
  const [reacted = '', edited = '', deleted = ''] = await sam.texts();
  const rows = await query<{ id: string; content: string }>(
    stage.databaseUrl,
    'SELECT id, content FROM messages WHERE conversation_id = $1',
    [conversationId],
  );
  const idOf = (text: string): string => rows.find(({ content }) => content === text)?.id ?? '';
  const endWatch = await watchPlace(sam);
  await bea.page.evaluate(
    async ([conversation = '', first = '', second = '', third = '', far = '']) => {
      const { client } = document.querySelector('parley-inbox') as unknown as {
        client: ParleyClient;
      };
      const thread = client.thread(conversation);
      await thread.addReaction(first, '👍');
      await thread.edit(second, 'longer '.repeat(200));
      await thread.addReaction(far, '👍');
      await thread.delete(third);
    },
    [conversationId, ...[reacted, edited, deleted, 'm12'].map(idOf)],
  );
  await sam.log.getByText('This message was deleted').waitFor({ state: 'attached' });
  await drawn(sam);
  const places = await endWatch();
  expect(Math.max(...places) - Math.min(...places)).toBeLessThanOrEqual(1);
});
