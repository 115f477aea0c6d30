import { html, nothing, svg, type TemplateResult } from 'lit';
import type { ConversationSummary } from '../../../client/types.ts';
import type { InboxContext } from '../context.ts';
import type { Listing, Person } from '../directory.ts';
import { otherParty } from '../parties.ts';
import { avatar, picture } from '../theme/avatar.ts';
import { onlineDot } from '../theme/online-dot.ts';
import { icon } from '../theme/icons.ts';
import { mutedMark } from '../theme/muted-mark.ts';
import { httpUrl } from '../http-url.ts';

const backIcon = icon(svg`<path d="m15 5-7 7 7 7" />`);

/** Who and what a conversation is about, as far as it is known. */
export interface Subject {
  readonly person: Person;
  readonly listing: Listing | undefined;
  readonly conversation: ConversationSummary | undefined;
}

/** What is done there. */
export interface HeaderActions {
  readonly back: (() => void) | undefined;
  readonly say: (event: CustomEvent<string>) => void;
}

/** Asks for what is not known yet. */
export function subjectOf(
  conversation: ConversationSummary | undefined,
  context: InboxContext,
): Subject {
  const { directory, strings } = context;
  // Whether a buyer or a seller is not known either.
  if (conversation === undefined)
    return { person: { id: '', name: '…' }, listing: undefined, conversation };
  const { listingId: id } = conversation;
  const title = strings.list.listing(String(id));
  return {
    person: otherParty(conversation, context),
    listing: directory.listing(id) ?? { id, title },
    conversation,
  };
}

/** @param seen when the person was last here, in words */
export function headerTemplate(
  { person, listing, conversation }: Subject,
  seen: string | undefined,
  context: InboxContext,
  { back, say }: HeaderActions,
): TemplateResult {
  const { strings, locale } = context;
  return html`<div class="header" part="header">
    ${
      back === undefined
        ? nothing
        : html`<button
            class="button-icon back-button"
            part="back"
            aria-label=${strings.thread.back}
            title=${strings.thread.back}
            @click=${back}
          >
            ${backIcon}
          </button>`
    }
    <span class="person"
      >${avatar(person, locale)}${onlineDot(conversation?.presence.online === true)}</span
    >
    <div class="names">
      <h2 class="line" part="name">
        <bdi>${person.name}</bdi
        >${conversation?.muted ? mutedMark(conversation.muted, context) : nothing}
      </h2>
      ${listing === undefined ? nothing : listingTemplate(listing)}
      ${seen === undefined ? nothing : html`<div class="line seen" part="seen">${seen}</div>`}
    </div>
    ${
      listing?.pictureUrl
        ? html`<div class="listing-picture" part="listing-picture">
            ${picture(listing.pictureUrl)}
          </div>`
        : nothing
    }
    <parley-conversation-menu
      exportparts="options, menu, menu-item"
      .context=${context}
      .conversation=${conversation}
      @parley-say=${say}
    ></parley-conversation-menu>
  </div>`;
}

function listingTemplate({ title, url, price }: Listing): TemplateResult {
  const href = url ? httpUrl(url, document.baseURI)?.href : undefined;
  return html`<div class="line listing" part="listing">
    ${
      href === undefined
        ? html`<bdi class="title">${title}</bdi>`
        : html`<a class="title" part="listing-link" href=${href}><bdi>${title}</bdi></a>`
    }
    ${price ? html`<bdi class="price" part="price">${price}</bdi>` : nothing}
  </div>`;
}
