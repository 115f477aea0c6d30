import { hasCommand, install } from './programs.ts';

/** What a node's `/metrics` says. */
export class Scrape {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** @param series as it is written: `name` or `name{label="value"}`; NaN when it is not there */
  value(series: string): number {
    const line = this.text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
    return line === undefined ? Number.NaN : Number(line.slice(series.length + 1));
  }

  /** The names of the labels that a metric's series have. */
  labels(name: string): Set<string> {
    const series = this.text.matchAll(new RegExp(`^${name}\\{(.*)\\} `, 'gm'));
    return new Set(
      [...series].flatMap(([, labels = '']) =>
        [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label),
      ),
    );
  }

  /** What PromQL may ask for: a histogram's parts, not its name. */
  get names(): Set<string> {
    const names = new Set<string>();
    for (const [, name = '', type] of this.text.matchAll(/^# TYPE (\S+) (\w+)$/gm)) {
      if (type !== 'histogram') names.add(name);
      else for (const part of ['bucket', 'sum', 'count']) names.add(`${name}_${part}`);
    }
    return names;
  }
}

/** @param url of the node, or of its metrics port */
export async function scrape(url: string): Promise<Scrape> {
  return new Scrape(await (await fetch(`${url}/metrics`)).text());
}

/** Prometheus's program or its tool, of PATH or installed by apt as root. */
export function prometheusProgram(name: 'prometheus' | 'promtool'): string {
  if (hasCommand(name) || install('prometheus')) return name;
  throw new Error(`the tests need ${name}: install Prometheus (Debian package: prometheus)`);
}
