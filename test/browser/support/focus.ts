import type { Page } from 'playwright-core';

export interface Focused {
  /** What it is called. */
  readonly name: string;
  /** Whether something around it says that it has the focus. */
  readonly isSeen: boolean;
}

/** What the keyboard works on, however deep in the page's parts it is. */
export const focused = (page: Page): Promise<Focused> =>
  page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    const name = element?.getAttribute('aria-label') ?? element?.textContent ?? '';
    let isSeen = false;
    // A field may be outlined around its text: two steps, no more.
    for (let at = element, steps = 0; at !== null && steps < 3; at = at.parentElement, steps += 1) {
      const { outlineStyle, outlineWidth } = getComputedStyle(at);
      isSeen ||= outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1;
    }
    return { name: name.replaceAll(/\s+/g, ' ').trim(), isSeen };
  });

/** Presses the key until what has this name has the focus. @returns all that had it on the way, with that one */
export async function pressUntil(
  page: Page,
  key: string,
  name: string | RegExp,
): Promise<Focused[]> {
  const seen: Focused[] = [];
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press(key);
    const now = await focused(page);
    seen.push(now);
    if (typeof name === 'string' ? now.name === name : name.test(now.name)) return seen;
  }
  throw new Error(`${key} does not lead to ${name}: ${seen.map((one) => one.name).join(', ')}`);
}
