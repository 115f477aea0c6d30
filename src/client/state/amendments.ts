import type { HistoryMessage } from '../../protocol/resources.ts';
import type { MessagePage, SentMessage } from '../../protocol/rest.ts';
import { ParleyError } from '../errors.ts';
import type { Rest } from '../rest/rest.ts';
import type { Cancellable, Thread } from '../types.ts';
import { checkContent } from './check-content.ts';
import type { Room } from './room.ts';

export interface AmendmentsParts {
  readonly room: Room;
  readonly rest: Rest;
  readonly publish: () => void;
}

/** What changes single messages, over REST. Loaded when it is needed. */
export class Amendments implements Pick<
  Thread,
  'edit' | 'delete' | 'addReaction' | 'removeReaction' | 'refreshAttachments'
> {
  readonly #parts: AmendmentsParts;
  readonly #path: string;

  constructor(parts: AmendmentsParts) {
    this.#parts = parts;
    this.#path = `conversations/${encodeURIComponent(parts.room.id)}/messages`;
  }

  async edit(messageId: string, content: string, { signal }: Cancellable = {}): Promise<void> {
    checkContent(content);
    await this.#change('PATCH', messageId, '', signal, { content });
  }

  delete(messageId: string, { signal }: Cancellable = {}): Promise<void> {
    return this.#change('DELETE', messageId, '', signal);
  }

  addReaction(messageId: string, emoji: string, { signal }: Cancellable = {}): Promise<void> {
    return this.#react('PUT', messageId, emoji, signal);
  }

  removeReaction(messageId: string, emoji: string, { signal }: Cancellable = {}): Promise<void> {
    return this.#react('DELETE', messageId, emoji, signal);
  }

  /** The message as it is now has fresh ones: one request for all. */
  async refreshAttachments(messageId: string, { signal }: Cancellable = {}): Promise<void> {
    const { room, rest } = this.#parts;
    const { seq } = room.history.find(messageId) ?? {};
    if (seq === undefined) return;
    await this.#apply(async () => {
      const path = `${this.#path}?after=${seq - 1}&limit=1`;
      const { messages } = await rest.call<MessagePage>(path, signal);
      return messages[0];
    });
  }

  async #react(
    method: 'PUT' | 'DELETE',
    messageId: string,
    emoji: string,
    signal?: AbortSignal,
  ): Promise<void> {
    if (!emoji || !emoji.isWellFormed())
      throw new ParleyError('invalid_message', 'emoji must be a single emoji');
    await this.#change(method, messageId, `/reactions/${encodeURIComponent(emoji)}`, signal);
  }

  async #change(
    method: 'PUT' | 'PATCH' | 'DELETE',
    messageId: string,
    what: string,
    signal?: AbortSignal,
    body?: object,
  ): Promise<void> {
    await this.#apply(async () => {
      const path = `${this.#path}/${encodeURIComponent(messageId)}${what}`;
      const { message } = await this.#parts.rest.call<SentMessage>(path, signal, body, method);
      return message;
    });
  }

  /** Shows the message that was answered with. */
  async #apply(ask: () => Promise<HistoryMessage | undefined>): Promise<void> {
    const { room, publish } = this.#parts;
    await room.recent.during(async () => {
      const { seq, jumps } = room;
      const message = await ask();
      // Otherwise it may be older than what was passed over; what is newer comes as a frame.
      if (message && room.jumps === jumps) room.amend(room.asNow(message, seq));
    });
    publish();
  }
}
