const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

const known = new Map<string, Intl.NumberFormat>();

/** A file's size as the language writes it: "2.4 MB". */
export function formatSize(bytes: number, locale: string): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const key = `${locale} ${unit}`;
  let format = known.get(key);
  if (format === undefined) {
    const digits = { maximumFractionDigits: unit > 1 ? 1 : 0 };
    format = new Intl.NumberFormat(locale, {
      style: 'unit',
      unit: UNITS[unit] ?? 'byte',
      ...digits,
    });
    known.set(key, format);
  }
  return format.format(value);
}
