import type { Verdict } from './checker.ts';

export interface Row extends Verdict {
  readonly name: string;
}

/** The runs as a table in Markdown, for people and for docs/reliability.md. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map(
    ({ name, sends, acks, changes, delivered, violations, longestSilenceMs }) => {
      const count = (kind: string) => violations.filter((one) => one.kind === kind).length;
      return [
        name,
        sends,
        acks,
        changes,
        delivered,
        count('lost'),
        count('duplicated'),
        count('out of order'),
        `${(longestSilenceMs / 1_000).toFixed(1)} s`,
      ].map(String);
    },
  );
  const head = [
    'fault',
    'sends',
    'acks',
    'changes',
    'delivered',
    'lost',
    'duplicated',
    'out of order',
    'longest silence',
  ];
  const widths = head.map((title, i) =>
    Math.max(title.length, ...cells.map((row) => row[i]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join(
    '\n',
  );
}
