import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Clock } from './clock.ts';
import type { Host } from './host.ts';

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

const clockOf = () => {
  const requestUpdate = vi.fn<() => void>();
  const host = { requestUpdate, addController() {}, isConnected: true };
  const clock = new Clock(host as typeof host & Host);
  const render = (...changes: number[]): void => {
    clock.hostUpdate();
    for (const at of changes) clock.changesAt(at);
    clock.hostUpdated();
  };
  return { requestUpdate, host, clock, render };
};

it.each([
  ['when the first of all times changes', [30_000, 7_000, 50_000], 7_000],
  ['within a minute, as devices sleep', [3_600_000], 60_000],
  ['at most each second', [0], 1_000],
])('renders again %s', (_, changes, after) => {
  const { requestUpdate, render } = clockOf();
  render(...changes);
  vi.advanceTimersByTime(after - 1);
  expect(requestUpdate).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(requestUpdate).toHaveBeenCalledOnce();
});

it('not when nothing changes, is shown no more, or is out of the page', () => {
  const { requestUpdate, host, clock, render } = clockOf();
  render(5_000);
  render();
  render(Infinity);
  vi.advanceTimersByTime(100_000);
  render(Date.now() + 5_000);
  host.isConnected = false;
  clock.hostDisconnected();
  // One that was pending.
  render(Date.now() + 5_000);
  vi.advanceTimersByTime(100_000);
  expect(requestUpdate).not.toHaveBeenCalled();
});
