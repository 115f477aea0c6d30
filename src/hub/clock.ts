import type { ConversationIndex } from '../conversations/conversation-index.ts';
import { STATEMENT_TIMEOUT_MS } from '../db/pool.ts';
import type { Disposer } from '../lib/disposer.ts';

/** PostgreSQL's time as cursors. Clocks of nodes differ, so theirs are never used. */
export interface HubClock {
  /** Resolves when there is a time. Rejects when PostgreSQL can't be asked. */
  ready(): Promise<void>;
  /** Everything changed after it is delivered live to a socket that got it, or replayed to the next. */
  cursor(): string;
}

const REFRESH_MS = 1_000;
/** A change may commit this long after the time it carries, and be delivered a little later. */
const MARGIN_MS = STATEMENT_TIMEOUT_MS + 5_000;

export function createHubClock(index: ConversationIndex, disposer: Disposer): HubClock {
  let time = 0;
  const refresh = async (): Promise<void> => {
    // An older answer that arrives later is no step back.
    time = Math.max(time, await index.clock());
  };
  // While PostgreSQL is away the cursor stands still, which only makes a replay longer.
  const timer = setInterval(() => void refresh().catch(() => undefined), REFRESH_MS);
  disposer.defer(() => clearInterval(timer));
  return {
    ready: () => (time > 0 ? Promise.resolve() : refresh()),
    cursor: () => Buffer.from(String(time - MARGIN_MS)).toString('base64url'),
  };
}
