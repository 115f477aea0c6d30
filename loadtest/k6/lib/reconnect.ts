import { setTimeout } from 'k6/timers';
import type { Party } from './party.ts';

/** Ends the party's socket every so often, as phones do it, between half and one and a half times the period. */
export function reconnectNowAndThen(party: Party, everyMs: number, endsAt: number): void {
  const gap = everyMs * (0.5 + Math.random());
  if (Date.now() + gap > endsAt) return;
  setTimeout(() => {
    party.cut();
    reconnectNowAndThen(party, everyMs, endsAt);
  }, gap);
}
