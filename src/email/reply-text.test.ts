import { expect, test } from 'vitest';
import { marker, replyText } from './reply-text.ts';

const line = marker('Write your answer above this line');

test.each([
  ['nothing quoted', 'Yes, at six.\r\nSee you!\r\n', 'Yes, at six.\nSee you!'],
  [
    'Gmail',
    `Yes.\n\nOn Mon, 30 Nov 2026 at 10:00, Shop <chat@shop.example> wrote:\n\n> ${line}\n>\n> 1 new message\n`,
    'Yes.',
  ],
  [
    'a long introduction that was broken',
    'Yes.\n\nOn Mon, 30 Nov 2026 at 10:00, Shop <chat@shop.example>\nwrote:\n> Is it there?\n',
    'Yes.',
  ],
  ['German', 'Ja.\n\nAm Mo., 30. Nov. 2026 um 10:00 Uhr schrieb Shop <a@b.example>:\n> Da?', 'Ja.'],
  ['Arabic', `نعم\n\nفي الاثنين، 30 نوفمبر 2026 كتب Shop <a@b.example>:\n> ؟`, 'نعم'],
  [
    'an introduction of what is not marked',
    'Yes.\n\nOn Monday Ann wrote:\n\nIs it there?\n',
    'Yes.',
  ],
  [
    'Outlook',
    `Yes.\n\n${'_'.repeat(32)}\nFrom: Shop\nSent: Monday\n\n${line}\nIs it there?`,
    'Yes.',
  ],
  ['Outlook, older', 'Yes.\n\n-----Original Message-----\nFrom: Shop\n\nIs it there?', 'Yes.'],
  ['only our line to go by', `Yes.\n\n${line}\n\nIs it there?`, 'Yes.'],
  ['an answer below what is quoted', 'On Monday Ann wrote:\n> Is it there?\n\nYes.\n', 'Yes.'],
  [
    'answers in between',
    'On Monday Ann wrote:\n> Is it there?\nYes.\n> When?\nAt six.',
    'Yes.\nAt six.',
  ],
  ['a signature', 'Yes.\n-- \nAnn\n+49 30 123', 'Yes.'],
  ['a signature whose blank is lost', 'Yes.\n--\nAnn', 'Yes.'],
  ['dashes that are no signature', 'Yes -- or no.\n--- \n-- x', 'Yes -- or no.\n---\n-- x'],
  ['nothing of their own', `> ${line}\n> Is it there?`, ''],
  ['U+0000', 'Yes\0.', 'Yes.'],
  [
    'sentences that only begin so',
    'On Monday I wrote\nto you.\n\nAm I right: yes',
    'On Monday I wrote\nto you.\n\nAm I right: yes',
  ],
])('%s', (_, text, own) => {
  expect(replyText(text)).toBe(own);
});

test('takes no longer with what is made to take long', () => {
  const begun = performance.now();
  replyText('On '.repeat(20_000));
  replyText('On x\n'.repeat(20_000));
  replyText('##-'.repeat(20_000));
  replyText(`On ${' wrote'.repeat(10_000)}`);
  replyText(`${'_'.repeat(60_000)}x`);
  expect(performance.now() - begun).toBeLessThan(1_000);
});
