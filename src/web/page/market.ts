import type { DemoCatalogue, DemoListing, DemoPerson } from '../demo-catalogue.ts';
import { anchorOf, createCard, priceIn } from './card.ts';
import { element, find } from './element.ts';
import { type ConversationList, ParleyInbox, createClient } from './inbox.ts';
import { createPanel } from './panel.ts';
import { notifiedConversation } from './notified.ts';
import { personLinks } from './people.ts';
import { followSettings, readSettings } from './settings.ts';
import { LANGUAGES, STRINGS } from './strings.ts';
import { translatePage } from './translate.ts';

/** The marketplace as one person sees it. */
export function openMarket({ people, listings }: DemoCatalogue, me: DemoPerson): void {
  const client = createClient({
    async token({ signal }) {
      const answer = await fetch(`/demo/token?as=${me.key}`, { signal });
      return ((await answer.json()) as { readonly token: string }).token;
    },
  });
  const inbox = find('parley-inbox', ParleyInbox);
  const panel = createPanel();
  const trouble = find('.trouble', HTMLElement);

  const ask = async ({ id: listingId, sellerId }: DemoListing): Promise<void> => {
    trouble.textContent = '';
    try {
      const { id } = await client.startConversation({ listingId, sellerId });
      inbox.conversationId = id;
      panel.open();
      inbox.focus();
    } catch {
      trouble.textContent = STRINGS[readSettings().language].failed;
    }
  };
  const cards = listings.map((listing) => {
    const seller = people.find(({ id }) => id === listing.sellerId) ?? me;
    const card = createCard(listing, seller, seller === me ? undefined : () => ask(listing));
    return { card, listing };
  });

  const follow = ({ items, unreadCount }: ConversationList): void => {
    const { language } = readSettings();
    const asked = new Set(
      items.filter(({ buyerId }) => buyerId === me.id).map((it) => it.listingId),
    );
    for (const { card, listing } of cards) card.update(language, asked.has(listing.id));
    showUnread(unreadCount.toLocaleString(language), unreadCount > 0);
  };
  const showUnread = (text: string, isAny: boolean): void => {
    const { unread, messages } = STRINGS[readSettings().language];
    const badge = find('.count', HTMLElement);
    badge.hidden = !isAny;
    badge.textContent = text;
    find('button.messages', HTMLElement).ariaLabel = isAny
      ? `${messages}, ${unread(text)}`
      : messages;
    document.title = `${isAny ? `(${text}) ` : ''}${me.name} · Flohmarkt`;
  };

  find('.people ul', HTMLElement).append(...personLinks(people, me));
  find('.listings', HTMLElement).append(...cards.map(({ card }) => card.node));
  find('select[name=language]', HTMLElement).append(
    ...Object.entries(LANGUAGES).map(([value, { name }]) =>
      element('option', { value, lang: value }, name),
    ),
  );
  // Side by side there is no room for another pair.
  find('.both', HTMLElement).hidden = window !== top;

  inbox.client = client;
  inbox.findPeople = (ids) => Promise.resolve(people.filter(({ id }) => ids.includes(id)));
  // It asks again when its language is another.
  inbox.findListings = (ids) => {
    const { language } = readSettings();
    return Promise.resolve(
      listings
        .filter(({ id }) => ids.includes(id))
        .map(({ id, title, euros, pictureUrl }) => ({
          id,
          title: title[language],
          price: priceIn(language, euros),
          pictureUrl,
          url: `#${anchorOf(id)}`,
        })),
    );
  };
  followSettings((settings) => {
    translatePage(settings);
    inbox.theme = settings.theme;
    follow(client.conversations.get());
  });
  inbox.addEventListener('parley-select', ({ detail: { conversationId } }) => {
    if (conversationId !== undefined) panel.open();
  });
  // Where a notification leads when no page was open.
  const notified = notifiedConversation();
  if (notified !== undefined) {
    inbox.conversationId = notified;
    panel.open();
  }
  client.conversations.subscribe(follow);
  client.connect();
}
