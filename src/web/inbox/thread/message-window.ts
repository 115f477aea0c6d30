// What is called with a leading _ is there for whoever draws: the library's own adapters call it the same way.
/* oxlint-disable no-underscore-dangle */
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualItem,
} from '@tanstack/virtual-core';
import type { ReactiveController } from 'lit';
import type { Host } from '../host.ts';
import { RowHeights, type Metrics } from './row-height.ts';
import type { Row } from './rows.ts';

/** What is drawn of the window. */
export interface WindowElements {
  /** Scrolls, and can have the focus. */
  readonly scroller: HTMLElement;
  /** Holds the rows, each with its index as `data-index`; its padding stands for those that are not drawn. */
  readonly rows: HTMLElement;
  metrics(): Metrics;
}

/** Whoever is so near to the end is at the end, in pixels: what comes is followed. */
const END_THRESHOLD = 48;
/** Above the first row and below the last, where it is said who is typing; in pixels. */
const PADDING_START = 12;
const PADDING_END = 36;

/**
 * Has only those rows drawn that can be seen, and some around them. What is seen keeps its place when rows are put before it or
 * change their heights; at the end it follows what comes.
 */
export class MessageWindow implements ReactiveController {
  readonly #host: Host;
  readonly #elements: () => WindowElements | undefined;
  #virtualizer: Virtualizer<HTMLElement, HTMLElement>;
  #rows: readonly Row[] = [];
  #heights = new RowHeights({ lineHeight: 21, lineWidth: 300, characterWidth: 7.5 });
  #size = { width: 0, height: 0 };
  /** By key, as it was guessed first: only a height that is measured anew makes up for a message that is changed out of sight. */
  readonly #guesses = new Map<string, number>();
  #isHidden = false;
  #isAtEnd = true;
  #mustGoToEnd = true;

  constructor(host: Host, elements: () => WindowElements | undefined) {
    this.#host = host;
    this.#elements = elements;
    this.#virtualizer = new Virtualizer(this.#options());
    host.addController(this);
  }

  /** Whether the newest can be seen. */
  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  /** Whether the oldest that is loaded will soon be seen. */
  get isNearStart(): boolean {
    const scroller = this.#elements()?.scroller;
    // Hidden, or out of the page, it has no height, and its place says nothing.
    if (scroller === undefined || scroller.clientHeight === 0) return false;
    return scroller.scrollTop < 2 * this.#size.height;
  }

  /** What is to be drawn, in order and without a gap. */
  get items(): readonly VirtualItem[] {
    return this.#virtualizer.getVirtualItems();
  }

  /** Before each drawing. */
  show(rows: readonly Row[]): void {
    if (rows === this.#rows) return;
    this.#rows = rows;
    this.#virtualizer.setOptions(this.#options());
  }

  /** Forgets all rows: others of another thread follow, and are shown from their end. */
  reset(): void {
    this.#virtualizer._didMount()();
    this.#rows = [];
    this.#guesses.clear();
    this.#virtualizer = new Virtualizer(this.#options());
    this.#isAtEnd = true;
    this.#mustGoToEnd = true;
  }

  /** With the next drawing. */
  goToEnd(): void {
    this.#mustGoToEnd = true;
    this.#host.requestUpdate();
  }

  scrollToStart(): void {
    this.#virtualizer.scrollToOffset(0);
  }

  scrollToEnd(isSmooth = false): void {
    // It would fly past thousands.
    const isFar = this.#virtualizer.getDistanceFromEnd() > 3 * this.#size.height;
    this.#virtualizer.scrollToEnd({ behavior: isSmooth && !isFar ? 'smooth' : 'auto' });
  }

  /** At each scroll event. @returns whether the end was reached or left */
  scrolled(): boolean {
    const scroller = this.#elements()?.scroller;
    // Between a change of its size and what is done about that, it says nothing of where the reader is.
    if (scroller === undefined || scroller.clientHeight !== this.#size.height) return false;
    const wasAtEnd = this.#isAtEnd;
    const distance = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
    this.#isAtEnd = distance <= END_THRESHOLD;
    return this.#isAtEnd !== wasAtEnd;
  }

  hostConnected(): void {
    document.fonts.addEventListener('loadingdone', this.#reflow);
  }

  hostUpdated(): void {
    const elements = this.#elements();
    if (elements === undefined || !this.#host.isConnected) return;
    const virtualizer = this.#virtualizer;
    const { rows } = elements;
    const items = this.items;
    const total = virtualizer.getTotalSize();
    rows.style.paddingBlockStart = `${items[0]?.start ?? 0}px`;
    rows.style.paddingBlockEnd = `${total - (items.at(-1)?.end ?? 0)}px`;
    virtualizer._willUpdate();
    for (const row of rows.querySelectorAll(':scope > .row'))
      virtualizer.measureElement(row as HTMLElement);
    virtualizer.measureElement(null);
    if (this.#mustGoToEnd && items.length > 0) {
      this.#mustGoToEnd = false;
      this.#isAtEnd = true;
      virtualizer.scrollToEnd();
    }
  }

  hostDisconnected(): void {
    document.fonts.removeEventListener('loadingdone', this.#reflow);
    this.#virtualizer._didMount()();
  }

  #options() {
    const rows = this.#rows;
    return {
      count: rows.length,
      getItemKey: (index: number) => rows[index]?.key ?? index,
      estimateSize: (index: number) => {
        const row = rows[index];
        return row === undefined ? 0 : this.#guess(row);
      },
      measureElement: (
        row: HTMLElement,
        entry: ResizeObserverEntry | undefined,
        virtualizer: Virtualizer<HTMLElement, HTMLElement>,
      ) => {
        // Not its rectangle: the page may have scaled it. Hidden, it has no height.
        const height =
          entry?.borderBoxSize[0]?.blockSize ?? Number.parseFloat(getComputedStyle(row).height);
        return (
          height || (virtualizer.measurementsCache[virtualizer.indexFromElement(row)]?.size ?? 0)
        );
      },
      getScrollElement: () => this.#elements()?.scroller ?? null,
      scrollToFn: elementScroll,
      observeElementOffset,
      observeElementRect: (
        virtualizer: Virtualizer<HTMLElement, HTMLElement>,
        tell: (size: { width: number; height: number }) => void,
      ) =>
        observeElementRect(virtualizer, (size) => {
          tell(size);
          this.#resized(size);
        }),
      onChange: () => this.#host.requestUpdate(),
      anchorTo: 'end' as const,
      followOnAppend: true,
      scrollEndThreshold: END_THRESHOLD,
      useScrollendEvent: true,
      overscan: 8,
      paddingStart: PADDING_START,
      paddingEnd: PADDING_END,
    };
  }

  #guess(row: Row): number {
    const guess = this.#guesses.get(row.key) ?? this.#heights.guess(row);
    this.#guesses.set(row.key, guess);
    return guess;
  }

  /** All rows may have other heights: the width is another, or the fonts are. */
  readonly #reflow = (): void => {
    const virtualizer = this.#virtualizer;
    const offset = virtualizer.scrollOffset ?? 0;
    const first = this.#isAtEnd ? undefined : this.items.find((item) => item.start >= offset);
    const elements = this.#elements();
    if (elements) this.#heights = new RowHeights(elements.metrics());
    this.#guesses.clear();
    virtualizer.setOptions({
      ...this.#options(),
      // Where the first whole row is to be afterwards.
      scrollPaddingStart: first === undefined ? 0 : first.start - offset,
    });
    virtualizer.measure();
    if (first !== undefined) virtualizer.scrollToIndex(first.index, { align: 'start' });
    else this.#mustGoToEnd = true;
  };

  #resized(size: { width: number; height: number }): void {
    const wasHidden = this.#isHidden;
    this.#isHidden = size.height === 0;
    if (this.#isHidden) return;
    const before = this.#size;
    this.#size = size;
    const scroller = this.#elements()?.scroller;
    const offset = this.#virtualizer.scrollOffset ?? 0;
    if (size.width !== before.width) this.#reflow();
    else if (this.#isAtEnd) this.#mustGoToEnd = true;
    // Browsers forget it.
    else if (wasHidden) this.#virtualizer.scrollToOffset(offset);
    // The last line that was seen still is: the composer grows, a keyboard comes up.
    else if (scroller) scroller.scrollTop += before.height - size.height;
    this.#host.requestUpdate();
  }
}
