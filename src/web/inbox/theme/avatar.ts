import { css, html, nothing, unsafeCSS, type TemplateResult } from 'lit';
import type { Person } from '../directory.ts';
import { tones } from './palette.ts';

/** A picture that does not come, or is none, leaves what is under it. */
const onPicture = (event: Event): void => {
  (event.target as HTMLImageElement).hidden = event.type === 'error';
};

/** A picture over whatever its positioned parent shows without it. Only http, https and `data:image`, never the page's own schemes. */
export const picture = (url: string | null | undefined): TemplateResult | typeof nothing =>
  url && isPictureUrl(url)
    ? html`<img
        class="picture"
        src=${url}
        alt=""
        loading="lazy"
        decoding="async"
        draggable="false"
        @error=${onPicture}
        @load=${onPicture}
      />`
    : nothing;

const isPictureUrl = (url: string): boolean => {
  try {
    const { protocol, href } = new URL(url, document.baseURI);
    return /^https?:$/.test(protocol) || /^data:image\//i.test(href);
  } catch {
    return false;
  }
};

/** The first letters of the first and the last word. */
export const initials = (name: string, locale: string): string => {
  const words = name
    .split(/[\s\u200e\u200f\u2066-\u2069]+/u)
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map(
    (word) => /[\p{L}\p{N}]\p{M}*/u.exec(word ?? '')?.[0] ?? '',
  );
  return letters.join(isJoined(letters) ? '\u200c' : '').toLocaleUpperCase(locale);
};

// Arabic letters beside one another would look like a word.
const isJoined = (letters: readonly string[]): boolean =>
  letters.every((letter) => /\p{Script=Arabic}/u.test(letter));

/** Always the same for the same id. */
export const toneOf = (id: string): number => {
  let hash = 0;
  for (const char of id) hash = (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) >>> 0;
  return hash % tones.length;
};

/** A circle with the person's picture, else initials. Says nothing to screen readers: their name stands beside it. */
export const avatar = (person: Person, locale: string): TemplateResult =>
  html`<span class="avatar tone-${toneOf(person.id)}" part="avatar" aria-hidden="true"
    >${initials(person.name, locale)}${picture(person.pictureUrl)}</span
  >`;

/** Its size is its `font-size`: 2.6 times as wide. */
export const avatarStyles = css`
  .avatar {
    position: relative;
    display: inline-grid;
    place-items: center;
    flex: none;
    inline-size: 2.6em;
    block-size: 2.6em;
    border-radius: 50%;
    overflow: hidden;
    font-weight: 600;
    line-height: 1;
    letter-spacing: 0.01em;
    user-select: none;
  }
  .picture {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    object-fit: cover;
  }
  ${unsafeCSS(
    tones
      .map(
        (_, tone) =>
          `.tone-${tone} { background: var(--_tone-${tone}); color: var(--_on-tone-${tone}); }`,
      )
      .join('\n'),
  )}
  @media (forced-colors: active) {
    .avatar {
      border: 1px solid CanvasText;
    }
  }
`;
