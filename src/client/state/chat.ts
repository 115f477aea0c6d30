import type { Conversation } from '../../protocol/resources.ts';
import type { ConversationFrame, Link } from '../link.ts';
import type { Rest } from '../rest/rest.ts';
import { sleep } from '../async/sleep.ts';
import type { Vault } from '../storage/vault.ts';
import type { ConversationSummary, Muted } from '../types.ts';
import { type Change, isArrival } from './changes.ts';
import { List } from './list.ts';
import { Loader } from './loader.ts';
import { Mender } from './mender.ts';
import { Outbox } from './outbox.ts';
import { Presences } from './presences.ts';
import { Room } from './room.ts';
import { RoomThread } from './thread.ts';
import { Uploads } from '../upload/uploads.ts';

/** What has no number may be another after that: who was last here when, what was muted elsewhere. */
const AWAY_MS = 60_000;

export interface ChatParts {
  readonly link: Link;
  readonly rest: Rest;
  readonly vault: Vault;
  readonly tabId: string;
  readonly me: () => string | undefined;
  readonly closed: AbortSignal;
}

/** What one user has: gives each frame to whom it concerns, and reads over REST what is missing. */
export class Chat {
  readonly list: List;
  readonly outbox: Outbox;
  readonly #uploads: Uploads;
  readonly #parts: ChatParts;
  readonly #rooms = new Map<string, Room>();
  readonly #threads = new Map<string, RoomThread>();
  readonly #loaders = new Map<Room, Loader>();
  readonly #changed = new Set<Room>();
  readonly #mender: Mender;
  readonly #presences = new Presences();
  /** When something came last before the connection was lost; milliseconds since 1970. */
  #heardAt = Infinity;

  constructor(parts: ChatParts) {
    this.#parts = parts;
    const { rest, link, vault, tabId, me, closed } = parts;
    this.#mender = new Mender(closed);
    this.#uploads = new Uploads(rest, closed, (room) => this.publish(room));
    this.list = new List(rest, this.#rooms, this.#presences, (found, since) =>
      this.#adoptAll(found, since),
    );
    this.outbox = new Outbox({
      link,
      vault,
      tabId,
      me,
      isStored: (id, key) => this.#room(id).history.messages.some((each) => each.key === key),
      onChange: (id, pending) => {
        const room = this.#room(id);
        room.pending = pending;
        this.#changed.add(room);
      },
    });
  }

  thread(conversationId: string): RoomThread {
    const id = conversationId.toLowerCase();
    let thread = this.#threads.get(id);
    if (!thread) {
      const room = this.#room(id);
      const { link, rest, vault, tabId, closed } = this.#parts;
      const loader = this.#loader(room);
      const publish = (): void => this.publish(room);
      const { outbox } = this;
      thread = new RoomThread({
        room,
        loader,
        link,
        rest,
        vault,
        tabId,
        outbox,
        uploads: this.#uploads,
        publish,
        closed,
      });
      this.#threads.set(id, thread);
    }
    return thread;
  }

  /** Tells what has changed. */
  publish(...rooms: readonly Room[]): void {
    const { changed } = this.#presences;
    if (changed.size > 0)
      for (const room of this.#rooms.values()) if (changed.has(room.other)) this.#changed.add(room);
    changed.clear();
    for (const room of [...rooms, ...this.#changed]) room.publish();
    this.#changed.clear();
    this.list.publish();
  }

  async start(
    about: { readonly listingId: number; readonly sellerId: string },
    signal?: AbortSignal,
  ): Promise<ConversationSummary> {
    const since = this.#presences.moment;
    const found = await this.#parts.rest.call<Conversation>('conversations', signal, about);
    this.#adoptAll([found], since);
    const room = this.#room(found.id);
    // Its messages are just being loaded: it is known together with them.
    while (!room.summary) await this.#loader(room).sync(signal);
    return room.summary;
  }

  /** @returns whether it is this tab's now: it has none of its own there */
  takeDraft(conversationId: string, text: string): boolean {
    const { draft = text } = this.#room(conversationId);
    if (draft !== text) return false;
    this.thread(conversationId).setDraft(text);
    return true;
  }

  mute(conversationId: string, muted: Muted | undefined): void {
    const room = this.#room(conversationId.toLowerCase());
    room.muting.tell(muted, this.#presences.next());
    this.publish(room);
  }

  onFrame(frame: ConversationFrame): void {
    switch (frame.type) {
      case 'conversation_created':
        this.#adopt(frame.conversation, this.#presences.next());
        break;
      case 'error':
        this.#onError(frame);
        break;
      case 'presence':
        this.#presences.tell(frame.userId, frame);
        break;
      case 'typing_notify':
        if (frame.userId !== this.#parts.me()) this.thread(frame.conversationId).onTyping();
        break;
      case 'new_message':
      case 'message_ack':
      case 'read_receipt':
      case 'message_edited':
      case 'message_deleted':
      case 'reaction_added':
      case 'reaction_removed':
        this.#onChange(this.#room(frame.conversationId), frame);
      // Others are of a newer server: the hole that they leave is read over REST.
    }
    this.publish();
  }

  onUp(isComplete: boolean): void {
    this.#mender.isUp = true;
    this.#presences.up();
    this.outbox.allow({ send: true });
    if (!isComplete || Date.now() - this.#heardAt > AWAY_MS) this.list.outdate();
    if (!isComplete)
      for (const room of this.#rooms.values()) room.isStale = !!room.base || room.isWanted;
    for (const thread of this.#threads.values()) thread.tellRead();
    void this.#mendAll();
  }

  /** @param heardAt when something last came; milliseconds since 1970 */
  onDown(heardAt = Date.now()): void {
    this.#mender.isUp = false;
    this.#heardAt = heardAt;
    this.#presences.down(heardAt);
    this.outbox.allow({ send: false });
    for (const thread of this.#threads.values()) thread.stopTyping();
    this.publish(...this.#rooms.values());
  }

  /** Nothing happens any more. */
  end(): void {
    for (const room of this.#rooms.values()) room.muting.end();
  }

  #room(id: string): Room {
    let room = this.#rooms.get(id);
    if (!room) {
      const { me, rest } = this.#parts;
      const onChange = (changed: Room): void => this.publish(changed);
      room = new Room(id, { me, url: rest.url, presences: this.#presences, onChange });
      this.#rooms.set(id, room);
    }
    return room;
  }

  #loader(room: Room): Loader {
    let loader = this.#loaders.get(room);
    if (!loader) {
      loader = new Loader(room, {
        rest: this.#parts.rest,
        presences: this.#presences,
        onPage: (page) => {
          for (const message of page) if (room.isOwn(message)) this.outbox.confirm(message);
        },
        onChange: () => this.publish(room),
        onFailure: () => this.#mendIfBehind(room),
      });
      this.#loaders.set(room, loader);
    }
    return loader;
  }

  #adopt(conversation: Conversation, since: number): void {
    const room = this.#room(conversation.id);
    room.adopt(conversation, false, since);
    this.#mendIfBehind(room);
    this.#changed.add(room);
  }

  #adoptAll(conversations: readonly Conversation[], since: number): void {
    for (const conversation of conversations) this.#adopt(conversation, since);
    this.publish();
  }

  #onChange(room: Room, change: Change): void {
    const isAwaited =
      isArrival(change) &&
      room.isOwn(change.message) &&
      this.outbox.confirm(room.stored(change.message, change.seq));
    room.take(change, isAwaited);
    this.#changed.add(room);
    this.#mendIfBehind(room);
  }

  #onError(frame: Extract<ConversationFrame, { type: 'error' }>): void {
    if (frame.request === 'send_message') this.outbox.refuse(frame);
    if (frame.request !== 'mark_read' || frame.retryAfterMs === undefined) return;
    const thread = this.#threads.get(frame.conversationId ?? '');
    void sleep(frame.retryAfterMs, this.#parts.closed).then(
      () => thread?.tellRead(),
      () => undefined,
    );
  }

  /** The list first: it tells for most conversations at once that nothing is missing. */
  async #mendAll(): Promise<void> {
    const isThis = await this.#mender.mend(
      this.list,
      () => this.list.isOutdated,
      () => this.list.refresh(),
    );
    if (!isThis) return;
    for (const room of this.#rooms.values()) this.#mendIfBehind(room);
  }

  #mendIfBehind(room: Room): void {
    if (!room.isBehind) return;
    const loader = this.#loader(room);
    void this.#mender.mend(
      room,
      () => room.isBehind,
      () => loader.sync(),
    );
  }
}
