import { setTimeout as sleep } from 'node:timers/promises';
import { CloseCode } from '../protocol/close-codes.ts';
import type { Session } from './session.ts';

/** Closes them with 1012, each once its frames have been answered, evenly over `ms` milliseconds. */
export async function finishAll(sessions: readonly Session[], ms: number): Promise<void> {
  const started = performance.now();
  const finishing: Promise<void>[] = [];
  for (const [i, session] of sessions.entries()) {
    const wait = started + (ms * i) / sessions.length - performance.now();
    if (wait > 0) await sleep(wait);
    finishing.push(session.finish(CloseCode.restarting, 'restarting'));
  }
  await Promise.all(finishing);
}
