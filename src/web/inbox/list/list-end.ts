import { html, nothing, type TemplateResult } from 'lit';
import type { ConversationList } from '../../../client/types.ts';
import type { Strings } from '../strings/strings.ts';
import { chatIcon, searchIcon, warningIcon } from '../theme/icons.ts';
import { placeholder } from '../theme/placeholder.ts';

interface Search {
  readonly query: string;
  /** How many it found. */
  readonly count: number;
}

/** What stands below the rows, or in their place. */
export function listEnd(
  { items, hasMore, loading }: ConversationList,
  search: Search,
  { list: says }: Strings,
  loadMore: () => void,
): TemplateResult | typeof nothing {
  const retry = { text: says.retry, run: loadMore };
  const more = { text: says.more, run: loadMore };
  const isSearch = search.query.trim() !== '';
  if (loading.status === 'failed')
    return items.length === 0
      ? placeholder({ icon: warningIcon, title: says.failed, action: retry })
      : html`<p class="end">${says.failed} ${button('button-link', retry)}</p>`;
  if (loading.status !== 'ready') return skeleton(items.length === 0 ? 7 : 1);
  if (items.length === 0)
    return placeholder({ icon: chatIcon, title: says.empty, hint: says.emptyHint });
  if (isSearch && search.count === 0)
    return hasMore
      ? placeholder({ icon: searchIcon, title: says.noMatchYet, action: more })
      : placeholder({ icon: searchIcon, title: says.noMatch });
  if (!hasMore) return nothing;
  // Reached by scrolling, it need not be pressed.
  return html`<p class="end">${button(isSearch ? 'button' : 'button sentinel', more)}</p>`;
}

const button = (kind: string, { text, run }: { text: string; run: () => void }): TemplateResult =>
  html`<button type="button" class=${kind} part="button" @click=${run}>${text}</button>`;

/** Rows that are still on their way. */
const skeleton = (rows: number): TemplateResult =>
  html`<div class="skeleton" aria-hidden="true">
    ${Array.from(
      { length: rows },
      () =>
        html`<div class="row">
          <span class="thumb"></span>
          <span class="words"><i></i><i></i><i></i></span>
        </div>`,
    )}
  </div>`;
