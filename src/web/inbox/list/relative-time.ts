import { startOfDay } from '../start-of-day.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

interface Formats {
  readonly ago: Intl.RelativeTimeFormat;
  readonly time: Intl.DateTimeFormat;
  readonly weekday: Intl.DateTimeFormat;
  readonly day: Intl.DateTimeFormat;
  readonly date: Intl.DateTimeFormat;
  readonly full: Intl.DateTimeFormat;
}

export interface RelativeTime {
  readonly text: string;
  /** To the minute, with its date. */
  readonly full: string;
  /** From when on `text` is another; milliseconds since 1970. */
  readonly until: number;
}

/**
 * When something was, as short as it can be said: just now, minutes ago, a time of today, yesterday, a weekday, a date.
 *
 * @param at milliseconds since 1970. What is still to come, by a clock that is ahead, is now; what is no time is empty
 */
export function relativeTime(at: number, now: number, locale: string): RelativeTime {
  if (Number.isNaN(at)) return { text: '', full: '', until: Infinity };
  const formats = formatsOf(locale);
  const full = formats.full.format(at);
  const age = now - at;
  if (age < MINUTE) return { text: formats.ago.format(0, 'second'), full, until: at + MINUTE };
  if (age < HOUR) {
    const minutes = Math.floor(age / MINUTE);
    return {
      text: formats.ago.format(-minutes, 'minute'),
      full,
      until: at + (minutes + 1) * MINUTE,
    };
  }
  const days = Math.round((startOfDay(now) - startOfDay(at)) / DAY);
  return { text: dayText(formats, at, now, days), full, until: startOfDay(now, 1) };
}

const dayText = (formats: Formats, at: number, now: number, days: number): string => {
  if (days === 0) return formats.time.format(at);
  if (days === 1) return formats.ago.format(-1, 'day');
  if (days < 7) return formats.weekday.format(at);
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (isThisYear ? formats.day : formats.date).format(at);
};

const known = new Map<string, Formats>();

const formatsOf = (locale: string): Formats => {
  let formats = known.get(locale);
  if (formats === undefined) {
    const date = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
    formats = {
      // Elsewhere than in English, narrow is cryptic: "vor 5 m".
      ago: new Intl.RelativeTimeFormat(locale, {
        numeric: 'auto',
        style: /^en\b/.test(locale) ? 'narrow' : 'short',
      }),
      time: date({ hour: 'numeric', minute: '2-digit' }),
      weekday: date({ weekday: 'short' }),
      day: date({ day: 'numeric', month: 'short' }),
      date: date({ day: 'numeric', month: 'short', year: 'numeric' }),
      full: date({ dateStyle: 'full', timeStyle: 'short' }),
    };
    known.set(locale, formats);
  }
  return formats;
};
