import { html, nothing, type TemplateResult } from 'lit';
import { classMap } from 'lit/directives/class-map.js';
import type { Strings } from '../strings/strings.ts';
import { linkify } from './linkify.ts';
import { mark } from './marks.ts';
import type { MessageRow, Row } from './rows.ts';
import type { Times } from './times.ts';

/** What all rows of a thread have in common. */
export interface RowContext {
  readonly strings: Strings['thread'];
  readonly times: Times;
  /** Of the other person. */
  readonly name: string;
  readonly retry: (clientMessageId: string) => void;
  readonly discard: (clientMessageId: string) => void;
}

/**
 * @param index message-window.ts finds it by that
 * @param count of all messages of the conversation; -1 while it is not known
 */
export function rowTemplate(
  row: Row,
  index: number,
  count: number,
  context: RowContext,
): TemplateResult {
  if (row.kind === 'message') return messageTemplate(row, index, count, context);
  return row.kind === 'start'
    ? html`<div class="row start" part="start" data-index=${index}>${context.strings.start}</div>`
    : html`<div class="row day" data-index=${index}>
        <h3 part="day">${context.times.day(row.time, Date.now())}</h3>
      </div>`;
}

function messageTemplate(
  row: MessageRow,
  index: number,
  count: number,
  context: RowContext,
): TemplateResult {
  const { message, isOwn } = row;
  const { strings, times, name } = context;
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
    <div class="bubble" part="bubble bubble-${side} bubble-${message.status}">
      <span class="visually-hidden">${isOwn ? strings.fromYou : strings.from(name)}</span>
      <div class="content" dir="auto">${linkify(message.content).map(pieceTemplate)}</div>
    </div>
    ${
      row.hasMeta
        ? html`<div class="meta" part="meta">
            <time part="time" datetime=${message.createdAt} title=${times.full(message.createdAt)}
              >${times.clock(message.createdAt)}</time
            >
            ${isOwn ? mark(message.status, strings) : nothing}
          </div>`
        : nothing
    }
    ${message.status === 'failed' ? failureTemplate(row, context) : nothing}
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
  const { strings, retry, discard } = context;
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
