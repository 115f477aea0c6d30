import { expect, test } from 'vitest';
import { CloseCode } from '../protocol/close-codes.ts';
import { closeReason } from './close-reason.ts';

test.each([
  [undefined, 1000, 'peer'],
  [undefined, 1005, 'peer'],
  [undefined, 1006, 'lost'],
  // Anybody may send it.
  [undefined, CloseCode.tooSlow, 'peer'],
  [CloseCode.tooSlow, CloseCode.tooSlow, 'too_slow'],
  // Cut before the close frame got out.
  [CloseCode.tooSlow, 1006, 'too_slow'],
  [CloseCode.restarting, CloseCode.restarting, 'restarting'],
])('ended by us with %s, told as %s: %s', (ours, code, reason) => {
  expect(closeReason(ours, code)).toBe(reason);
});
