const known = new Map<string, Intl.NumberFormat>();

/** As the language writes it. */
export function formatNumber(value: number, locale: string): string {
  let format = known.get(locale);
  if (format === undefined) known.set(locale, (format = new Intl.NumberFormat(locale)));
  return format.format(value);
}
