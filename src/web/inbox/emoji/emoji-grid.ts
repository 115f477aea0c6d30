import { html, nothing, type TemplateResult } from 'lit';
import type { NamedEmoji } from './emoji-index.ts';

/** picker-styles.ts has it too. */
export const COLUMNS = 8;

export interface Section {
  /** None: it is what a search found. */
  readonly title: string | undefined;
  readonly emoji: readonly NamedEmoji[];
}

/** @param current the cell that Tab goes to, counted through all sections @param found what the one without a title is called */
export function gridTemplates(
  sections: readonly Section[],
  current: number,
  found: string,
): TemplateResult[] {
  let first = 0;
  return sections.map(({ title, emoji }, section) => {
    const start = first;
    first += emoji.length;
    return html`${title === undefined ? nothing : html`<h3 id="section-${section}">${title}</h3>`}
      <div class="cells" role="grid" aria-label=${title ?? found}>
        ${rowsOf(emoji).map(
          (row, at) =>
            html`<div role="row">
              ${row.map((one, column) => cell(one, start + at * COLUMNS + column, current))}
            </div>`,
        )}
      </div>`;
  });
}

const rowsOf = (emoji: readonly NamedEmoji[]): NamedEmoji[][] =>
  Array.from({ length: Math.ceil(emoji.length / COLUMNS) }, (_, row) =>
    emoji.slice(row * COLUMNS, (row + 1) * COLUMNS),
  );

const cell = ({ emoji, name }: NamedEmoji, index: number, current: number): TemplateResult =>
  html`<button
    type="button"
    role="gridcell"
    class="cell emoji"
    data-index=${index}
    data-emoji=${emoji}
    tabindex=${index === current ? 0 : -1}
    aria-label=${name}
    title=${name}
  >
    ${emoji}
  </button>`;
