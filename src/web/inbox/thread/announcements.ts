import type { Message, StoredMessage } from '../../../client/types.ts';
import type { Strings } from '../strings/strings.ts';

export interface Announcement {
  readonly key: string;
  readonly text: string;
}

/** As many are kept; that an older one goes is not said. */
const MOST = 4;
/** What a screen reader reads aloud unasked, in characters. */
const LONGEST = 300;

/** What is said to screen readers when it happens, and not when rows that are there already are drawn. */
export class Announcements {
  #all: readonly Announcement[] = [];
  #failed = new Set<string>();

  get all(): readonly Announcement[] {
    return this.#all;
  }

  arrived(messages: readonly StoredMessage[], name: string, strings: Strings['thread']): void {
    this.#say(
      messages.map(({ key, content }) => ({
        key,
        text: `${strings.from(name)} ${content.slice(0, LONGEST)}`,
      })),
    );
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
