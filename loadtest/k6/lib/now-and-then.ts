import { setTimeout } from 'k6/timers';

/** Does it every so often until then, between half and one and a half times the period. All in ms. */
export function nowAndThen(act: () => void, everyMs: number, endsAt: number): void {
  const gap = everyMs * (0.5 + Math.random());
  if (Date.now() + gap > endsAt) return;
  setTimeout(() => {
    act();
    nowAndThen(act, everyMs, endsAt);
  }, gap);
}
