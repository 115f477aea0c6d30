import { html, nothing, type TemplateResult } from 'lit';
import { classMap } from 'lit/directives/class-map.js';
import type { StoredMessage } from '../../../client/types.ts';
import { type FilesContext, filesTemplate } from '../files/attachments.ts';
import { isDeleted, isStored } from '../stored.ts';
import type { Strings } from '../strings/strings.ts';
import { linkify } from './linkify.ts';
import { mark } from './marks.ts';
import { reactionsTemplate } from './reactions.ts';
import type { MessageRow, Row } from './rows.ts';
import type { Times } from './times.ts';

/** What all rows of a thread have in common. */
export interface RowContext {
  readonly strings: Strings;
  readonly locale: string;
  readonly times: Times;
  readonly files: FilesContext;
  readonly userId: string | undefined;
  /** Of the other person. */
  readonly name: string;
  readonly retry: (clientMessageId: string) => void;
  readonly discard: (clientMessageId: string) => void;
  readonly toggleReaction: (message: StoredMessage, emoji: string) => void;
  readonly openMenu: (message: StoredMessage, anchor: HTMLElement) => void;
}

/**
 * @param isTabStop whether Tab leads to what can be done with it, of all messages
 * @param index message-window.ts finds it by that
 * @param count of all messages of the conversation; -1 while it is not known
 */
export function rowTemplate(
  row: Row,
  index: number,
  count: number,
  isTabStop: boolean,
  context: RowContext,
): TemplateResult {
  if (row.kind === 'message') return messageTemplate(row, index, count, isTabStop, context);
  return row.kind === 'start'
    ? html`<div class="row start" part="start" data-index=${index}>
        ${context.strings.thread.start}
      </div>`
    : html`<div class="row day" data-index=${index}>
        <h3 part="day">${context.times.day(row.time, Date.now())}</h3>
      </div>`;
}

function messageTemplate(
  row: MessageRow,
  index: number,
  count: number,
  isTabStop: boolean,
  context: RowContext,
): TemplateResult {
  const { message, isOwn } = row;
  const { strings, name } = context;
  const side = isOwn ? 'own' : 'other';
  const classes = { own: isOwn, first: row.startsGroup, last: row.endsGroup };
  return html`<div
    class="row message ${classMap(classes)}"
    part="message message-${side}"
    role="article"
    aria-posinset=${row.position}
    aria-setsize=${count}
    data-index=${index}
  >
    <div class="body">
      <div
        class="bubble ${message.attachments.length > 0 ? 'with-files' : ''}"
        part="bubble bubble-${side} bubble-${message.status} ${isDeleted(message) ? 'bubble-deleted' : ''}"
      >
        <span class="visually-hidden"
          >${isOwn ? strings.thread.fromYou : strings.thread.from(name)}</span
        >
        ${filesTemplate(message, context.files)} ${contentTemplate(row, strings)}
      </div>
      ${isStored(message) && !isDeleted(message) ? menuButton(message, isTabStop, context) : nothing}
    </div>
    ${isStored(message) ? reactionsTemplate(message, isTabStop, context) : nothing}
    ${row.hasMeta ? metaTemplate(row, context) : nothing}
    ${message.status === 'failed' ? failureTemplate(row, context) : nothing}
  </div>`;
}

function contentTemplate({ message, isOwn }: MessageRow, { thread }: Strings) {
  if (isDeleted(message))
    return html`<em class="tombstone">${isOwn ? thread.deletedByYou : thread.deleted}</em>`;
  if (message.content === '' && message.attachments.length > 0) return nothing;
  return html`<div class="content" dir="auto">${linkify(message.content).map(pieceTemplate)}</div>`;
}

function menuButton(
  message: StoredMessage,
  isTabStop: boolean,
  { strings, openMenu }: RowContext,
): TemplateResult {
  return html`<button
    type="button"
    class="more"
    part="message-actions"
    tabindex=${isTabStop ? 0 : -1}
    data-key=${message.key}
    aria-haspopup="menu"
    aria-expanded="false"
    aria-label=${strings.message.actions}
    title=${strings.message.actions}
    @click=${(event: Event) => openMenu(message, event.currentTarget as HTMLElement)}
  >
    ⋯
  </button>`;
}

function metaTemplate({ message, isOwn }: MessageRow, { strings, times }: RowContext) {
  const isEdited = isStored(message) && message.editedAt !== undefined && !isDeleted(message);
  return html`<div class="meta" part="meta">
    ${
      isEdited
        ? html`<span part="edited" title=${times.full(message.editedAt ?? '')}
            >${strings.thread.edited}</span
          >`
        : nothing
    }
    <time part="time" datetime=${message.createdAt} title=${times.full(message.createdAt)}
      >${times.clock(message.createdAt)}</time
    >
    ${isOwn ? mark(message.status, strings.thread) : nothing}
  </div>`;
}

function pieceTemplate(piece: ReturnType<typeof linkify>[number]) {
  if (typeof piece === 'string') return piece;
  const { href, text, host } = piece;
  return html`<a
    part="link"
    href=${href}
    title=${host ?? nothing}
    target="_blank"
    rel="noopener noreferrer nofollow ugc"
    >${text}</a
  >`;
}

function failureTemplate({ message }: MessageRow, context: RowContext) {
  if (message.status !== 'failed') return nothing;
  const { retry, discard } = context;
  const strings = context.strings.thread;
  const { clientMessageId, error } = message;
  return html`<div class="failure" part="failure">
    <span class="reason">${strings.notSent} · ${strings.why(error.code)}</span>
    <button type="button" class="button-link" part="retry" @click=${() => retry(clientMessageId)}>
      ${strings.retry}
    </button>
    <button
      type="button"
      class="button-link"
      part="discard"
      @click=${() => discard(clientMessageId)}
    >
      ${strings.discard}
    </button>
  </div>`;
}
