import { expect, test } from 'vitest';
import { createPause } from './pause.ts';

function pauseAt() {
  const clock = { ms: 0 };
  return { clock, pause: createPause(() => clock.ms) };
}

test('five failures in a row are a pause, and each one after it a longer one, up to a minute', () => {
  const { clock, pause } = pauseAt();
  for (let i = 0; i < 4; i += 1) pause.failed();
  expect(pause.waitMs).toBe(0);
  let longest = 0;
  for (let i = 0; i < 10; i += 1) {
    pause.failed();
    expect(pause.waitMs).toBeGreaterThanOrEqual(Math.min(1_000 * 2 ** i, 30_000));
    longest = Math.max(longest, pause.waitMs);
    clock.ms += pause.waitMs;
    expect(pause.waitMs).toBe(0);
  }
  expect(longest).toBeLessThanOrEqual(60_000);
});

test('those that fail while it is paused make it no longer', () => {
  const { pause } = pauseAt();
  for (let i = 0; i < 5; i += 1) pause.failed();
  const { waitMs } = pause;
  for (let i = 0; i < 50; i += 1) pause.failed();
  expect(pause.waitMs).toBe(waitMs);
});

test('a success starts all over', () => {
  const { clock, pause } = pauseAt();
  for (let i = 0; i < 10; i += 1) {
    for (let j = 0; j < 5; j += 1) pause.failed();
    clock.ms += pause.waitMs;
  }
  pause.succeeded();
  for (let i = 0; i < 4; i += 1) pause.failed();
  expect(pause.waitMs).toBe(0);
  pause.failed();
  expect(pause.waitMs).toBeLessThanOrEqual(2_000);
});

test('a service that says how long gets that, three hours at most', () => {
  const { clock, pause } = pauseAt();
  pause.failed(7_000);
  expect(pause.waitMs).toBe(7_000);
  pause.failed(1_000);
  expect(pause.waitMs).toBe(7_000);
  clock.ms = 7_000;
  expect(pause.waitMs).toBe(0);
  pause.failed(1e12);
  expect(pause.waitMs).toBe(3 * 3_600_000);
});
