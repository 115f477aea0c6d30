import { html, nothing, type TemplateResult } from 'lit';
import type { StoredMessage } from '../../../client/types.ts';
import { formatNumber } from '../format-number.ts';
import type { RowContext } from './message-row.ts';

/** Who reacted to a message, and with what: pressed, one's own is taken back. */
export function reactionsTemplate(
  message: StoredMessage,
  isTabStop: boolean,
  context: RowContext,
): TemplateResult | typeof nothing {
  if (message.reactions.length === 0) return nothing;
  const { locale, userId, name, strings } = context;
  const list = new Intl.ListFormat(locale);
  return html`<div class="reactions" part="reactions">
    ${message.reactions.map(({ emoji, userIds }) => {
      const isOwn = userId !== undefined && userIds.includes(userId);
      const names = userIds.map((id) => (id === userId ? strings.message.you : name));
      const count = formatNumber(userIds.length, locale);
      const who = list.format(names);
      return html`<button
        type="button"
        class="reaction"
        part="reaction ${isOwn ? 'reaction-own' : ''}"
        tabindex=${isTabStop ? 0 : -1}
        aria-pressed=${isOwn}
        aria-label="${emoji} ${count}, ${who}"
        title=${who}
        @click=${() => context.toggleReaction(message, emoji)}
      >
        <span class="emoji">${emoji}</span>
        <span>${count}</span>
      </button>`;
    })}
  </div>`;
}
