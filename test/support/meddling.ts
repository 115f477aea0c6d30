import type { Frame } from './client.ts';
import type { Meddling } from './relay.ts';

/** One message never comes. */
export function dropping(): Meddling {
  const isThird = nth(3);
  return {
    frame(frame, pass) {
      if (!isThird(frame)) pass(frame);
    },
  };
}

/** One message comes twice. */
export function doubling(): Meddling {
  const isThird = nth(3);
  return {
    frame(frame, pass) {
      pass(frame);
      if (isThird(frame)) pass(frame);
    },
  };
}

/** One message comes right after the next change on its socket. */
export function reordering(): Meddling {
  const isThird = nth(3);
  let held: { frame: Frame; pass: (frame: Frame) => void } | undefined;
  return {
    frame(frame, pass) {
      if (isThird(frame)) {
        held = { frame, pass };
        return;
      }
      pass(frame);
      if (held?.pass !== pass || !['new_message', 'read_receipt'].includes(frame.type)) return;
      pass(held.frame);
      held = undefined;
    },
  };
}

/** True for one `new_message` of all, the nth. */
function nth(n: number): (frame: Frame) => boolean {
  let seen = 0;
  return ({ type }) => {
    if (type === 'new_message') seen += 1;
    return type === 'new_message' && seen === n;
  };
}
