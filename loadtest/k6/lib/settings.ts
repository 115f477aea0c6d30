/** What a run is made of. Every script has its own defaults, and the environment (`k6 run -e NAME=value`) changes them. */
export interface Settings {
  /** `http://host:port`, one of a balancer or one for each node. */
  readonly urls: readonly string[];
  readonly secret: string;
  /** Conversations, each of a buyer and a seller: two sockets. */
  readonly vus: number;
  readonly durationMs: number;
  /** Messages a second of each user. */
  readonly rate: number;
  /** How long everything may take to arrive once nothing is sent any more. */
  readonly settleMs: number;
  /** While both parties are connected 99 % of all messages arrive within this. */
  readonly liveMs: number;
}

export interface Defaults {
  readonly vus: number;
  readonly duration: string;
  readonly rate: number;
  readonly p99Ms: number;
}

/** So many conversations begin in a second. */
export const BEGIN_RATE = 50;
const SETTLE = '30s';
const MIN_SECRET_LENGTH = 32;
const UNITS = { h: 3_600_000, m: 60_000, s: 1_000 } as const;

/** @throws Error that names every mistake */
export function readSettings(defaults: Defaults, env: Readonly<Record<string, string>>): Settings {
  // A variable that is set to nothing is not set: compose files make these.
  const read = (name: string, otherwise: string | number = ''): string =>
    env[name] || String(otherwise);
  const mistakes: string[] = [];
  const settings = {
    urls: read('PARLEY_URL')
      .split(',')
      .flatMap((url) => url.trim().replace(/\/+$/, '') || []),
    secret: read('JWT_SECRET'),
    vus: Number(read('VUS', defaults.vus)),
    durationMs: parseDuration(read('DURATION', defaults.duration)),
    rate: Number(read('RATE', defaults.rate)),
    settleMs: parseDuration(read('SETTLE', SETTLE)),
    liveMs: Number(read('P99_MS', defaults.p99Ms)),
  };
  if (settings.urls.length === 0 || !settings.urls.every((url) => /^https?:\/\/[^/]+$/.test(url)))
    mistakes.push('PARLEY_URL must be http://host:port, or several with commas between them');
  if (settings.secret.length < MIN_SECRET_LENGTH)
    mistakes.push('JWT_SECRET must be the secret of the nodes');
  if (!Number.isInteger(settings.vus) || settings.vus < 1)
    mistakes.push('VUS must be a number of conversations');
  if (!(settings.rate > 0)) mistakes.push('RATE must be messages a second of each user');
  if (!(settings.durationMs > 0)) mistakes.push('DURATION must be a time such as 30s, 5m or 1h30m');
  if (settings.durationMs < (2_000 * settings.vus) / BEGIN_RATE)
    mistakes.push(`DURATION is too short for so many VUS: ${BEGIN_RATE} begin in a second`);
  if (!(settings.settleMs > 0)) mistakes.push('SETTLE must be a time such as 30s');
  if (!(settings.liveMs > 0)) mistakes.push('P99_MS must be a time in milliseconds');
  if (mistakes.length > 0) throw new Error(mistakes.join('; '));
  return settings;
}

/** `1h30m`, `45s`. @returns milliseconds, or NaN */
function parseDuration(text: string): number {
  if (!/^(\d+h)?(\d+m)?(\d+s)?$/.test(text) || text === '') return Number.NaN;
  return [...text.matchAll(/(\d+)([hms])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * UNITS[unit as keyof typeof UNITS],
    0,
  );
}
