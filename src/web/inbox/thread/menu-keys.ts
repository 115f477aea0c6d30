import type { Row } from './rows.ts';
import { isDeleted, isStored } from '../stored.ts';

/** Of all messages only one's menu and reactions can be reached with Tab; from there ↑ and ↓ go on. */
export class MenuKeys {
  /** That last had the focus. */
  #current: string | undefined;

  /** The key of the message that Tab leads to. @param drawn in order */
  tabStop(drawn: readonly Row[]): string | undefined {
    const keys = drawn.flatMap((row) =>
      row.kind === 'message' && isStored(row.message) && !isDeleted(row.message) ? [row.key] : [],
    );
    return keys.find((key) => key === this.#current) ?? keys.at(-1);
  }

  readonly onFocus = (event: Event): void => {
    const key = menuOf(event.target)?.dataset['key'];
    if (key !== undefined) this.#current = key;
  };

  /** @returns whether it was one of its keys */
  onKey(event: KeyboardEvent, rows: HTMLElement): boolean {
    const from = menuOf(event.target);
    if (from === null || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return false;
    const all = [...rows.querySelectorAll<HTMLElement>('.more')];
    const to = all[all.indexOf(from) + (event.key === 'ArrowUp' ? -1 : 1)];
    to?.focus({ preventScroll: true });
    to?.closest('.row')?.scrollIntoView({ block: 'nearest' });
    return true;
  }
}

/** That of the message whose menu or reaction it is. */
function menuOf(target: EventTarget | null): HTMLElement | null {
  if (!(target instanceof HTMLElement) || !target.matches('.more, .reaction')) return null;
  return target.closest('.row')?.querySelector<HTMLElement>('.more') ?? null;
}
