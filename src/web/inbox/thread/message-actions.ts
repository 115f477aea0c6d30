import { html, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import { ParleyError } from '../../../client/errors.ts';
import type { StoredMessage, Thread } from '../../../client/types.ts';
import type { InboxContext } from '../context.ts';
import type { ParleyEmojiPicker } from '../emoji/parley-emoji-picker.ts';
import type { Host } from '../host.ts';
import type { Strings } from '../strings/strings.ts';
import { ConfirmDelete } from './confirm-delete.ts';
import { Notice } from './notice.ts';
import type { MessageChoice, ParleyMessageMenu } from './parley-message-menu.ts';

/** What its thread gives it. */
export interface ActionsHost {
  readonly thread: () => Thread | undefined;
  readonly context: () => InboxContext | undefined;
  readonly edit: (message: StoredMessage) => void;
}

/** The menu of the messages, and what is done when something of it is chosen. */
export class MessageActions {
  readonly notice: Notice;
  readonly #thread: ActionsHost;
  readonly #confirm: ConfirmDelete;
  readonly #menu = createRef<ParleyMessageMenu>();
  readonly #picker = createRef<ParleyEmojiPicker>();
  #anchor: HTMLElement | undefined;

  constructor(host: Host, thread: ActionsHost) {
    this.notice = new Notice(host);
    this.#confirm = new ConfirmDelete(host);
    this.#thread = thread;
  }

  template(context: InboxContext): TemplateResult {
    return html`${this.notice.template()} ${this.#confirm.template(context.strings)}
      <parley-message-menu
        ${ref(this.#menu)}
        exportparts="menu, menu-item"
        .context=${context}
        @parley-choose=${this.#onChoose}
        @parley-closed=${this.#onClosed}
      ></parley-message-menu>
      <parley-emoji-picker
        ${ref(this.#picker)}
        exportparts="emoji-picker"
        .context=${context}
      ></parley-emoji-picker>`;
  }

  /** Another conversation: what was said or asked is not about it. */
  reset(): void {
    this.notice.clear();
    this.#confirm.close();
  }

  /** The messages have moved. */
  follow(): void {
    this.#menu.value?.follow();
    this.#picker.value?.follow();
  }

  readonly openMenu = (message: StoredMessage, anchor: HTMLElement): void => {
    this.#anchor = anchor;
    anchor.ariaExpanded = 'true';
    void this.#menu.value?.toggle(anchor, message);
  };

  readonly toggleReaction = (message: StoredMessage, emoji: string): void => {
    const userId = this.#thread.context()?.client.userId.get() ?? '';
    const isThere = message.reactions.some(
      (reaction) => reaction.emoji === emoji && reaction.userIds.includes(userId),
    );
    const thread = this.#thread.thread();
    const change = isThere
      ? thread?.removeReaction(message.id, emoji)
      : thread?.addReaction(message.id, emoji);
    change?.catch((error: unknown) => this.#failed(error, (says) => says.tooManyReactions));
  };

  readonly #onClosed = (): void => {
    if (this.#anchor) this.#anchor.ariaExpanded = 'false';
  };

  readonly #onChoose = ({ detail }: CustomEvent<MessageChoice>): void => {
    const { action, message, anchor, emoji } = detail;
    switch (action) {
      case 'react':
        this.toggleReaction(message, emoji);
        break;
      case 'picker':
        void this.#picker.value?.toggle(anchor, (picked) => this.toggleReaction(message, picked));
        break;
      case 'edit':
        this.#thread.edit(message);
        break;
      case 'copy':
        void this.#copy(message.content);
        break;
      case 'delete':
        this.#confirm.ask(() => this.#delete(message));
        break;
    }
  };

  #delete(message: StoredMessage): void {
    this.#thread
      .thread()
      ?.delete(message.id)
      .catch((error: unknown) => this.#failed(error));
  }

  async #copy(text: string): Promise<void> {
    const says = this.#thread.context()?.strings.message;
    if (says === undefined) return;
    try {
      await navigator.clipboard.writeText(text);
      this.notice.say(says.copied);
    } catch {
      this.notice.say(says.why(''));
    }
  }

  /** @param conflict what that one is about here, when it is known */
  #failed(error: unknown, conflict?: (says: Strings['message']) => string): void {
    const says = this.#thread.context()?.strings.message;
    if (says === undefined) return;
    const code = error instanceof ParleyError ? error.code : '';
    // Whoever closed the client knows.
    if (code === 'closed') return;
    this.notice.say(code === 'conflict' && conflict ? conflict(says) : says.why(code));
  }
}
