import type { ConversationSummary } from '../../client/types.ts';
import type { InboxContext } from './context.ts';
import type { Person } from './directory.ts';

/** The one that the reader talks with; of whom nothing is known has the name of the role. */
export function otherParty(
  { buyerId, sellerId }: Pick<ConversationSummary, 'buyerId' | 'sellerId'>,
  { client, directory, strings }: InboxContext,
): Person {
  const isSeller = client.userId.get() !== sellerId;
  const id = isSeller ? sellerId : buyerId;
  return (
    directory.person(id) ?? { id, name: isSeller ? strings.thread.seller : strings.thread.buyer }
  );
}
