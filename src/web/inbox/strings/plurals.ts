type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

/** Says how many there are: `{n}` stands for the number, which is already text. */
export function plurals(language: string, forms: Forms): (count: number, text: string) => string {
  const rules = new Intl.PluralRules(language);
  return (count, text) => (forms[rules.select(count)] ?? forms.other).replace('{n}', () => text);
}
