import { OptionError, parseArguments } from '../arguments.ts';

/** What each script, a file in `loadtest/k6/`, does. */
export const SCRIPTS = {
  smoke: 'is it alive, and does it keep its promises? (30s)',
  soak: 'does it stay so? constant load, and sockets that are lost and come back (1h)',
  spike: 'all sockets end at once and come back, while others go on talking (1m)',
  scale: 'nodes come and go meanwhile (5m)',
} as const;

export type Script = keyof typeof SCRIPTS;

export interface Options {
  readonly help: boolean;
  readonly script: Script;
  /** Of what is running already; none: a cluster on this machine. */
  readonly urls: readonly string[];
  /** What the script takes from its environment in place of its defaults. */
  readonly env: Readonly<Record<string, string>>;
}

/** What changes a script: its name in the script's environment, and what it may be. */
const CHANGES = {
  vus: ['VUS', /^[1-9]\d{0,5}$/, 'a number of conversations'],
  duration: ['DURATION', /^(?=.)(\d+h)?(\d+m)?(\d+s)?$/, 'a time such as 30s, 5m or 1h30m'],
  rate: ['RATE', /^(?=.*[1-9])\d{1,4}(\.\d{1,3})?$/, 'messages a second of each user'],
  p99: ['P99_MS', /^[1-9]\d{0,5}$/, 'milliseconds'],
} as const;

const isScript = (name: string | undefined): name is Script =>
  name !== undefined && Object.hasOwn(SCRIPTS, name);
const isOrigin = (url: string): boolean =>
  /^https?:\/\//.test(url) && URL.canParse(url) && `${new URL(url).origin}/` === new URL(url).href;

/** @throws {OptionError} */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArguments({
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      url: { type: 'string', multiple: true, default: [] },
      vus: { type: 'string' },
      duration: { type: 'string' },
      rate: { type: 'string' },
      p99: { type: 'string' },
    },
  });
  const [script, ...rest] = positionals;
  const { help, url: urls } = values;
  if (help) return { help, script: 'smoke', urls: [], env: {} };
  if (!isScript(script) || rest.length > 0)
    throw new OptionError(`name one script: ${Object.keys(SCRIPTS).join(', ')}`);
  const wrong = urls.find((url) => !isOrigin(url));
  if (wrong !== undefined)
    throw new OptionError(`--url must be such as http://host:8080, not '${wrong}'`);
  const env: Record<string, string> = {};
  for (const name of ['vus', 'duration', 'rate', 'p99'] as const) {
    const value = values[name];
    if (value === undefined) continue;
    const [variable, pattern, rule] = CHANGES[name];
    if (!pattern.test(value)) throw new OptionError(`--${name} must be ${rule}, not '${value}'`);
    env[variable] = value;
  }
  return { help, script, urls: urls.map((url) => new URL(url).origin), env };
}
