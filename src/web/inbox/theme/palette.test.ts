import { expect, it } from 'vitest';
import { dark, light, tones, type Palette } from './palette.ts';

// WCAG 2.2: relative luminance, contrast ratio.
const luminance = (colour: string): number => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const contrast = (one: string, other: string): number => {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
};

const grounds = ['background', 'surface', 'hover', 'selected'] as const;
const texts: (readonly [text: keyof Palette, ground: keyof Palette])[] = [
  ...grounds.flatMap((ground) =>
    (['text', 'text-muted', 'accent', 'danger'] as const).map((text) => [text, ground] as const),
  ),
  ['on-accent', 'accent'],
  ['on-bubble', 'bubble'],
  ['text-muted', 'bubble'],
  ['accent', 'bubble'],
  ['danger', 'bubble'],
  ['on-bubble-own', 'bubble-own'],
  ['on-notice', 'notice'],
];
const themes = { light, dark };

it('computes contrast as WCAG does', () => {
  expect(contrast('#ffffff', '#000000')).toBe(21);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

it.each(['light', 'dark'] as const)('text can be read when it is %s', (name) => {
  const palette = themes[name];
  const low = texts
    .map(([text, ground]) => [text, ground, contrast(palette[text], palette[ground])])
    .filter(([, , ratio]) => Number(ratio) < 4.5);
  expect(low).toEqual([]);
});

it.each(['light', 'dark'] as const)('edges and focus can be seen when it is %s', (name) => {
  const palette = themes[name];
  const low = (['border-strong', 'focus', 'online'] as const)
    .flatMap((edge) =>
      grounds.map((ground) => [edge, ground, contrast(palette[edge], palette[ground])]),
    )
    .filter(([, , ratio]) => Number(ratio) < 3);
  expect(low).toEqual([]);
});

it('initials can be read', () => {
  expect(tones.filter(([pale, deep]) => contrast(pale, deep) < 4.5)).toEqual([]);
});
