import { css, unsafeCSS, type CSSResult } from 'lit';
import { dark, light, tones, type Palette } from './palette.ts';

const names = Object.keys(light) as (keyof Palette)[];

const sizes = {
  font: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Noto Sans Arabic', sans-serif",
  // Pages with a tiny root font exist, and readers with a large one.
  'font-size': 'max(15px, 0.9375rem)',
  radius: '12px',
  space: '8px',
};

// What the page sets wins, whether on the element or on any of its ancestors.
const defaults = (values: Readonly<Record<string, string>>): CSSResult =>
  unsafeCSS(
    Object.entries(values)
      .map(([name, value]) => `--_${name}: var(--parley-${name}, ${value});`)
      .join('\n'),
  );

const colours = (palette: Palette, isDark: boolean): CSSResult => css`
  color-scheme: ${unsafeCSS(isDark ? 'dark' : 'light')};
  ${defaults({ ...palette })}
  ${unsafeCSS(
    tones
      .map(([pale, deep], tone) => {
        const [paper, ink] = isDark ? [deep, pale] : [pale, deep];
        return `--_tone-${tone}: ${paper}; --_on-tone-${tone}: ${ink};`;
      })
      .join('\n'),
  )}
`;

/**
 * For the element that has the attribute `theme`: everything under its child with class `theme` can use `--parley-font`,
 * `--parley-font-size`, `--parley-radius`, `--parley-space` and `--parley-<name of Palette>`.
 */
export const themeStyles = css`
  :host {
    ${defaults(sizes)}
    ${colours(light, false)}
  }
  @media (prefers-color-scheme: dark) {
    :host(:not([theme='light'])) {
      ${colours(dark, true)}
    }
  }
  :host([theme='dark']) {
    ${colours(dark, true)}
  }
  .theme {
    ${unsafeCSS([...Object.keys(sizes), ...names].map((name) => `--parley-${name}: var(--_${name});`).join('\n'))}
    font: var(--parley-font-size) / 1.45 var(--parley-font);
    color: var(--parley-text);
    background: var(--parley-background);
  }
  @media (prefers-contrast: more) {
    .theme {
      --parley-text-muted: var(--parley-text);
      --parley-border: var(--parley-border-strong);
    }
  }
`;

/** For every part of the inbox: what looks the same everywhere. */
export const sharedStyles = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  button,
  input,
  textarea {
    font: inherit;
    color: inherit;
    letter-spacing: inherit;
  }
  button {
    margin: 0;
    border: 0;
    background: none;
    cursor: pointer;
    touch-action: manipulation;
    -webkit-tap-highlight-color: transparent;
  }
  :focus {
    outline: none;
  }
  :focus-visible {
    outline: 2px solid var(--parley-focus);
    outline-offset: 2px;
  }
  .visually-hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  /* Quiet and for the one thing to do. */
  .button,
  .button-primary {
    min-block-size: 36px;
    padding: 0 calc(var(--parley-space) * 1.75);
    border-radius: 999px;
    font-size: 0.9333em;
    font-weight: 600;
    white-space: nowrap;
    transition: background-color 0.12s;
  }
  .button {
    border: 1px solid var(--parley-border-strong);
    background: var(--parley-background);
    color: var(--parley-text);
  }
  .button:hover {
    background: var(--parley-hover);
  }
  .button-primary {
    border: 1px solid transparent;
    background: var(--parley-accent);
    color: var(--parley-on-accent);
  }
  .button-primary:hover {
    filter: brightness(1.08);
  }
  .button-icon {
    display: inline-grid;
    place-items: center;
    flex: none;
    inline-size: 40px;
    block-size: 40px;
    padding: 0;
    border-radius: 50%;
    color: var(--parley-text-muted);
    transition: background-color 0.12s;
  }
  .button-icon:hover {
    background: var(--parley-hover);
    color: var(--parley-text);
  }
  .button-link {
    padding: 4px 6px;
    margin: -4px -6px;
    border-radius: 6px;
    font-weight: 600;
    color: var(--parley-accent);
    text-decoration: underline;
    text-underline-offset: 2px;
  }
  button:disabled {
    cursor: default;
    opacity: 0.5;
  }
  @media (forced-colors: active) {
    .button,
    .button-primary,
    .button-icon {
      border: 1px solid ButtonText;
    }
    :focus-visible {
      outline-color: Highlight;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
      scroll-behavior: auto !important;
    }
  }
`;
