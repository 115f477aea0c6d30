import type { Presence } from '../../client/types.ts';
import type { AccountStrings } from './strings/account-strings.ts';

const MINUTE = 60_000;

/** From the shortest; how many milliseconds each has. */
const UNITS = [
  ['minute', MINUTE],
  ['hour', 60 * MINUTE],
  ['day', 24 * 60 * MINUTE],
  ['week', 7 * 24 * 60 * MINUTE],
  ['month', 30 * 24 * 60 * MINUTE],
  ['year', 365 * 24 * 60 * MINUTE],
] as const;

export interface LastSeen {
  readonly text: string;
  /** From when on it is another; milliseconds since 1970. */
  readonly until: number;
}

/** Whether somebody is here, else when they were last; nothing when that is not known or not shown. */
export function lastSeen(
  { online, lastSeenAt }: Presence,
  now: number,
  { presence: says }: Pick<AccountStrings, 'presence'>,
  locale: string,
): LastSeen | undefined {
  if (online) return { text: says.online, until: Infinity };
  const at = Date.parse(lastSeenAt ?? '');
  if (Number.isNaN(at)) return undefined;
  const age = now - at;
  const [unit, ms] = UNITS.findLast(([, each]) => age >= each) ?? [];
  // By a clock that is ahead it is still to come.
  if (unit === undefined) return { text: says.justNow, until: at + MINUTE };
  const count = Math.floor(age / ms);
  return {
    text: says.lastSeen(formatOf(locale).format(-count, unit)),
    until: at + (count + 1) * ms,
  };
}

const known = new Map<string, Intl.RelativeTimeFormat>();

function formatOf(locale: string): Intl.RelativeTimeFormat {
  let format = known.get(locale);
  if (format === undefined) known.set(locale, (format = new Intl.RelativeTimeFormat(locale)));
  return format;
}
