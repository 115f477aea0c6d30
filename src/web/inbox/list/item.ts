import { html, nothing, type TemplateResult } from 'lit';
import type { ConversationSummary } from '../../../client/types.ts';
import type { InboxContext } from '../context.ts';
import { fileIcon, photoIcon } from '../files/attachments.ts';
import { formatNumber } from '../format-number.ts';
import { otherParty } from '../parties.ts';
import { avatar, picture } from '../theme/avatar.ts';
import { clockIcon, listingIcon, warningIcon } from '../theme/icons.ts';
import { mutedMark } from '../theme/muted-mark.ts';
import { onlineDot } from '../theme/online-dot.ts';
import { previewOf, type Preview } from './preview.ts';
import type { RelativeTime } from './relative-time.ts';

export interface Item {
  readonly conversation: ConversationSummary;
  readonly time: RelativeTime;
  readonly isSelected: boolean;
  /** Only one of the list can be reached with Tab; from there the arrows go on. */
  readonly isInTabOrder: boolean;
}

/** A conversation's row in the list. */
export function item(
  { conversation, time, isSelected, isInTabOrder }: Item,
  context: InboxContext,
): TemplateResult {
  const { id, unreadCount, listingId, presence, muted } = conversation;
  const { directory, strings, locale } = context;
  const person = otherParty(conversation, context);
  const listing = directory.listing(listingId);
  return html`<button
    type="button"
    class="row ${unreadCount > 0 ? 'unread' : ''} ${muted ? 'is-muted' : ''}"
    part="item ${isSelected ? 'item-selected' : ''} ${unreadCount > 0 ? 'item-unread' : ''}"
    data-id=${id}
    tabindex=${isInTabOrder ? 0 : -1}
    aria-current=${isSelected ? 'true' : nothing}
  >
    <span class="media">
      <span class="thumb" part="item-picture">${listingIcon}${picture(listing?.pictureUrl)}</span>
      ${avatar(person, locale)} ${onlineDot(presence.online)}
    </span>
    <span class="words">
      <span class="line">
        <bdi class="name" part="item-name">${person.name}</bdi>
        ${
          presence.online
            ? html`<span class="visually-hidden">${strings.presence.online}</span>`
            : nothing
        }
        <time part="item-time" datetime=${timeOf(conversation)} title=${time.full}
          >${time.text}</time
        >
      </span>
      <bdi class="listing" part="item-listing"
        >${listing?.title ?? strings.list.listing(String(listingId))}</bdi
      >
      <span class="line">
        ${preview(previewOf(conversation, context.client.userId.get(), strings, locale), context)}
        ${muted ? mutedMark(muted, context) : nothing}
        ${unreadCount > 0 ? badge(unreadCount, context) : nothing}
      </span>
    </span>
  </button>`;
}

/** When something last happened there. */
export const timeOf = ({ lastMessage, lastMessageAt, createdAt }: ConversationSummary): string =>
  lastMessage?.createdAt ?? lastMessageAt ?? createdAt;

const preview = (
  { kind, label, text, files }: Preview,
  { strings }: InboxContext,
): TemplateResult =>
  html`<span class="preview ${kind}" part="item-preview">
    ${kind === 'sending' ? mark(clockIcon, strings.thread.sending) : nothing}
    ${kind === 'failed' ? mark(warningIcon, strings.thread.notSent) : nothing}
    ${label === undefined ? nothing : html`<span class="label">${label}</span>`}
    ${
      files === undefined
        ? nothing
        : html`<span class="mark">${files === 'photo' ? photoIcon : fileIcon}</span>`
    }
    <bdi>${text}</bdi>
  </span>`;

const mark = (icon: TemplateResult, text: string): TemplateResult =>
  html`<span class="mark" title=${text}>${icon}<span class="visually-hidden">${text}</span></span>`;

/** The number of unread ones. */
export const badge = (count: number, { strings, locale }: InboxContext): TemplateResult => {
  const text = formatNumber(count, locale);
  return html`<span class="badge" part="badge"
    ><span aria-hidden="true">${count > 99 ? `${formatNumber(99, locale)}+` : text}</span
    ><span class="visually-hidden">${strings.list.unread(count, text)}</span></span
  >`;
};
