const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;

export interface QuietHours {
  /** Minutes of the day; over midnight when `from` is later than `to`. */
  readonly from: number;
  readonly to: number;
  /** IANA */
  readonly timeZone: string;
}

/**
 * When the quiet hours end that it is in now; `undefined`: it is not quiet. Where clocks are put forward or back in between, the end is
 * by the clock of then.
 *
 * @param now milliseconds since 1970, as what it gives
 */
export function quietUntil(hours: QuietHours, now: number): number | undefined {
  const clock = clockOf(hours.timeZone);
  const isQuiet = (at: number): boolean => {
    const minute = clock(at);
    return hours.from < hours.to
      ? minute >= hours.from && minute < hours.to
      : minute >= hours.from || minute < hours.to;
  };
  if (!isQuiet(now)) return undefined;
  const thisMinute = Math.floor(now / MINUTE_MS) * MINUTE_MS;
  const end = thisMinute + modulo(hours.to - clock(now), DAY_MINUTES) * MINUTE_MS;
  const shift = modulo(clock(end) - hours.to + DAY_MINUTES / 2, DAY_MINUTES) - DAY_MINUTES / 2;
  const shifted = end - shift * MINUTE_MS;
  // There may be no such time on a day when clocks are put forward.
  return shifted > now && !isQuiet(shifted) ? shifted : end;
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by;

/** Gives the minute of the day. */
type Clock = (at: number) => number;
const clocks = new Map<string, Clock>();
/** There are some 600 zones; but case does not matter, and whoever makes use of that must not fill our memory. */
const MAX_CLOCKS = 1_000;

function clockOf(timeZone: string): Clock {
  let clock = clocks.get(timeZone);
  if (clock === undefined) {
    const format = formatOf(timeZone);
    clock = (at) => {
      const [hour = 0, minute = 0] = format.format(at).split(':').map(Number);
      return hour * 60 + minute;
    };
    if (clocks.size >= MAX_CLOCKS) clocks.clear();
    clocks.set(timeZone, clock);
  }
  return clock;
}

/** A time zone that was known when it was set may not be to another version of Node: nobody else must wait for that. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const options = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  try {
    return new Intl.DateTimeFormat('en', { ...options, timeZone });
  } catch {
    return new Intl.DateTimeFormat('en', { ...options, timeZone: 'UTC' });
  }
}
