import { html, nothing, svg, type TemplateResult } from 'lit';
import type { ThreadState } from '../../../client/types.ts';
import type { InboxContext } from '../context.ts';
import { formatNumber } from '../format-number.ts';
import { chatIcon, icon, warningIcon } from '../theme/icons.ts';
import { placeholder } from '../theme/placeholder.ts';
import type { ThreadModel } from './thread-model.ts';

const downIcon = icon(svg`<path d="m5 9 7 7 7-7" />`);
const spinner = html`<span class="spinner" aria-hidden="true"></span>`;

/** Where no conversation is chosen. */
export function chooseTemplate({ strings }: InboxContext): TemplateResult {
  return html`<div class="state">
    ${placeholder({ icon: chatIcon, title: strings.thread.choose })}
  </div>`;
}

export interface OverlayActions {
  /** What a button does that goes away then, and the focus with it. */
  readonly retrying: (retry: () => void) => () => void;
  readonly jump: () => void;
}

/** What lies over the messages of a conversation with `name`, or is there in place of them. */
export const overlaysTemplate = (
  model: ThreadModel,
  name: string,
  isAtEnd: boolean,
  context: InboxContext,
  { retrying, jump }: OverlayActions,
) => [
  model.state.messages.length === 0
    ? emptyTemplate(
        model,
        context,
        retrying(() => model.load()),
      )
    : nothing,
  olderTemplate(
    model.state,
    context,
    retrying(() => model.loadOlder()),
  ),
  model.state.isTyping ? typingTemplate(name, context) : nothing,
  isAtEnd ? nothing : jumpTemplate(model.unseen, context, jump),
];

/** Where no messages are. */
function emptyTemplate(
  { state: { loading }, isClosed }: Pick<ThreadModel, 'state' | 'isClosed'>,
  { strings }: InboxContext,
  retry: () => void,
): TemplateResult {
  const { thread } = strings;
  switch (loading.status) {
    case 'ready':
      return html`<div class="state" part="empty">
        ${placeholder({ icon: chatIcon, title: thread.empty })}
      </div>`;
    case 'failed':
      return html`<div class="state" part="error" role="alert">
        ${placeholder({
          icon: warningIcon,
          ...(isClosed
            ? { title: thread.unavailable }
            : { title: thread.failed, action: { text: thread.retry, run: retry } }),
        })}
      </div>`;
    case 'idle':
    case 'loading':
      return html`<div class="state" part="loading" role="status">
        ${placeholder({ icon: spinner, title: thread.loading })}
      </div>`;
  }
}

/** Over the oldest that are there, so that nothing moves when older ones come. */
function olderTemplate(
  { loadingOlder }: ThreadState,
  { strings }: InboxContext,
  retry: () => void,
): TemplateResult | typeof nothing {
  const { thread } = strings;
  if (loadingOlder.status === 'loading')
    return html`<div class="older pill" part="older">${spinner} ${thread.loadingOlder}</div>`;
  if (loadingOlder.status !== 'failed') return nothing;
  return html`<div class="older pill" part="older" role="alert">
    ${thread.failed}
    <button type="button" class="button-link" part="retry" @click=${retry}>${thread.retry}</button>
  </div>`;
}

function jumpTemplate(
  unseen: number,
  { strings, locale }: InboxContext,
  jump: () => void,
): TemplateResult {
  const { jumpToNew, jumpToEnd } = strings.thread;
  const text = unseen > 0 ? jumpToNew(unseen, formatNumber(unseen, locale)) : undefined;
  return html`<button
    type="button"
    class=${text === undefined ? 'jump pill' : 'jump pill new'}
    part=${text === undefined ? 'jump' : 'jump jump-new'}
    aria-label=${text ?? jumpToEnd}
    title=${text ?? jumpToEnd}
    @click=${jump}
  >
    ${text} ${downIcon}
  </button>`;
}

function typingTemplate(name: string, { strings }: InboxContext): TemplateResult {
  return html`<div class="typing" part="typing">
    <span class="dot"></span><span class="dot"></span><span class="dot"></span>
    <span class="visually-hidden">${strings.thread.isTyping(name)}</span>
  </div>`;
}
