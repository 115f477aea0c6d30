import type { Route } from 'playwright-core';
import type { Inbox } from './inbox.ts';

const OLDER = /\/messages\?.*before=/;

/** When what has been done is on the screen. */
export const drawn = ({ page }: Inbox): Promise<unknown> =>
  page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );

/** Puts the mouse into the thread, for its wheel. */
export async function pointAtThread({ page, log }: Inbox): Promise<void> {
  const box = await log.boundingBox();
  if (box === null) throw new Error('no thread is shown');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
}

/** Turns the wheel over the thread, which scrolls smoothly, and waits until it stands still. */
export async function turnWheel(inbox: Inbox, pixels: number): Promise<void> {
  const { page, log } = inbox;
  await page.bringToFront();
  // Going to the end, as a thread is opened, ends with the same event.
  await drawn(inbox);
  await log.evaluate((element) => {
    const standing = new Promise((resolve) => {
      element.addEventListener('scrollend', resolve, { once: true });
    });
    Object.assign(globalThis, { standing });
  });
  await page.mouse.wheel(0, pixels);
  await page.evaluate(() => (globalThis as unknown as { standing: Promise<unknown> }).standing);
}

/** Keeps the answers with older messages back until they are let go. */
export async function holdOlder({ page }: Inbox): Promise<{
  readonly count: () => number;
  readonly letGo: () => Promise<void>;
}> {
  const held: Route[] = [];
  await page.route(OLDER, (route) => void held.push(route));
  return {
    count: () => held.length,
    async letGo() {
      for (const route of held) await route.continue();
      await page.unroute(OLDER);
    },
  };
}

interface Watch {
  isOn: boolean;
  readonly tops: number[];
}

/** From now on the place of the first message that is wholly seen is noted in each frame. @returns what ends that, and gives the places */
export async function watchPlace({ page, log }: Inbox): Promise<() => Promise<number[]>> {
  await log.evaluate((element) => {
    const watch: Watch = { isOn: true, tops: [] };
    Object.assign(globalThis, { watch });
    const find = (isIt: (row: Element) => boolean) =>
      [...element.querySelectorAll('[role="article"]')].find(isIt);
    const start = element.getBoundingClientRect().top;
    const text = find((row) => row.getBoundingClientRect().top >= start)?.textContent;
    const look = (): void => {
      const row = find(({ textContent }) => textContent === text);
      watch.tops.push(row?.getBoundingClientRect().top ?? Number.NaN);
      if (watch.isOn) requestAnimationFrame(look);
    };
    look();
  });
  return () =>
    page.evaluate(() => {
      const { watch } = globalThis as unknown as { watch: Watch };
      watch.isOn = false;
      return watch.tops;
    });
}
