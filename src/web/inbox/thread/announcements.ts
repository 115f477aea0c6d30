import type { Message, StoredMessage } from '../../../client/types.ts';
import { isStored } from '../stored.ts';
import type { Strings } from '../strings/strings.ts';
import { summaryOf } from '../summary.ts';

export interface Announcement {
  readonly key: string;
  readonly text: string;
}

/** As many are kept; that an older one goes is not said. */
const MOST = 4;
/** What a screen reader reads aloud unasked, in characters. */
const LONGEST = 300;
/** So many of the newest messages are looked at for reactions. */
const WATCHED = 100;

/** What is said to screen readers when it happens, and not when rows that are there already are drawn. */
export class Announcements {
  #all: readonly Announcement[] = [];
  #failed = new Set<string>();
  /** By message: the other's. */
  #reactions: ReadonlyMap<string, ReadonlySet<string>> = new Map();

  get all(): readonly Announcement[] {
    return this.#all;
  }

  arrived(
    messages: readonly StoredMessage[],
    name: string,
    strings: Strings,
    locale: string,
  ): void {
    this.#say(
      messages.map(({ key, content, attachments }) => {
        const files = summaryOf(attachments, strings, locale);
        const said = [files, content.slice(0, LONGEST)].filter((part) => part !== '');
        return { key, text: `${strings.thread.from(name)} ${said.join(', ')}` };
      }),
    );
  }

  /** Tells of reactions of the other person to one's own messages. @param messages all of them */
  reacted(
    messages: readonly Message[],
    userId: string | undefined,
    name: string,
    { message: says }: Strings,
  ): void {
    const known = this.#reactions;
    const now = new Map<string, ReadonlySet<string>>();
    for (const message of messages.slice(-WATCHED)) {
      if (!isStored(message) || message.senderId !== userId) continue;
      const { key } = message;
      const others = message.reactions.filter(({ userIds }) => userIds.some((id) => id !== userId));
      now.set(key, new Set(others.map(({ emoji }) => emoji)));
      for (const { emoji } of others)
        if (known.get(key)?.has(emoji) === false)
          this.#say([{ key: `${key} ${emoji}`, text: says.reacted(name, emoji) }]);
    }
    this.#reactions = now;
  }

  /** @param messages all of them: unsent ones are the last */
  failed(messages: readonly Message[], strings: Strings['thread']): void {
    const failed = new Set<string>();
    const said = this.#failed;
    for (let at = messages.length - 1; at >= 0; at -= 1) {
      const message = messages[at];
      if (message?.status === 'failed') {
        failed.add(message.key);
        const text = `${strings.notSent}. ${strings.why(message.error.code)}`;
        if (!said.has(message.key)) this.#say([{ key: `failed ${message.key}`, text }]);
      } else if (message?.status !== 'sending') break;
    }
    this.#failed = failed;
  }

  #say(more: readonly Announcement[]): void {
    const keys = new Set(more.map(({ key }) => key));
    if (more.length > 0)
      this.#all = [...this.#all.filter(({ key }) => !keys.has(key)), ...more].slice(-MOST);
  }
}
