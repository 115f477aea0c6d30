type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

/** Says how many there are: `{n}` stands for the number. */
export function plurals(language: string, forms: Forms): (count: number) => string {
  const rules = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  return (count) =>
    (forms[rules.select(count)] ?? forms.other).replace('{n}', () => numbers.format(count));
}
