import type { Page } from 'playwright-core';

/** How smoothly a page was scrolled. */
export interface Smoothness {
  readonly fps: number;
  /** Between two frames, in milliseconds. */
  readonly medianMs: number;
  readonly worstMs: number;
  /** What the page's thread worked for each frame, in milliseconds of CPU: none of what else the machine does is in it. */
  readonly workMs: number;
}

interface Recording {
  isOn: boolean;
  readonly times: number[];
}

/**
 * Scrolls the way a wheel does, from the middle of the page, and counts the frames that the page's thread got meanwhile.
 *
 * @param distance in pixels; positive goes up
 * @param speed in pixels a second
 */
export async function measureScrolling(
  page: Page,
  distance: number,
  speed: number,
): Promise<Smoothness> {
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const work = async (): Promise<number> => {
    const { metrics } = await devTools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
  };
  await page.evaluate(() => {
    const recording: Recording = { isOn: true, times: [] };
    Object.assign(globalThis, { recording });
    const next = (time: number): void => {
      recording.times.push(time);
      if (recording.isOn) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  const size = page.viewportSize() ?? { width: 0, height: 0 };
  const before = await work();
  await devTools.send('Input.synthesizeScrollGesture', {
    x: Math.round(size.width * 0.7),
    y: Math.round(size.height / 2),
    yDistance: distance,
    speed,
    preventFling: true,
    gestureSourceType: 'mouse',
  });
  const worked = (await work()) - before;
  const times = await page.evaluate(() => {
    const { recording } = globalThis as unknown as { recording: Recording };
    recording.isOn = false;
    return recording.times;
  });
  await devTools.detach();
  const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
  const sorted = gaps.toSorted((a, b) => a - b);
  const total = gaps.reduce((sum, gap) => sum + gap, 0);
  return {
    fps: (1_000 * gaps.length) / total,
    medianMs: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    worstMs: sorted.at(-1) ?? Number.NaN,
    workMs: (1_000 * worked) / gaps.length,
  };
}
