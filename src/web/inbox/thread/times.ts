import type { Strings } from '../strings/strings.ts';

/** Times as a thread says them, in one language. */
export class Times {
  readonly #strings: Strings['thread'];
  readonly #clock: Intl.DateTimeFormat;
  readonly #full: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;
  readonly #dayOfYear: Intl.DateTimeFormat;

  constructor(locale: string, strings: Strings['thread']) {
    this.#strings = strings;
    this.#clock = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
    this.#full = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' });
    this.#day = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' });
    this.#dayOfYear = new Intl.DateTimeFormat(locale, { dateStyle: 'long' });
  }

  /** Of the day. */
  clock(time: string): string {
    return this.#clock.format(new Date(time));
  }

  full(time: string): string {
    return this.#full.format(new Date(time));
  }

  day(time: number, now: number): string {
    const date = new Date(time);
    const today = new Date(now);
    if (isSameDay(date, today)) return this.#strings.today;
    // Not 24 hours before: days of 23 and 25 hours exist.
    const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
    if (isSameDay(date, yesterday)) return this.#strings.yesterday;
    const isThisYear = date.getFullYear() === today.getFullYear();
    return (isThisYear ? this.#day : this.#dayOfYear).format(date);
  }
}

function isSameDay(a: Date, b: Date): boolean {
  return a.toDateString() === b.toDateString();
}
