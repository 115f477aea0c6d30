import type { ReactiveControllerHost } from 'lit';
import { ParleyError } from '../../../client/errors.ts';
import type { Message, StoredMessage, Thread } from '../../../client/types.ts';
import { isDeleted, isStored } from '../stored.ts';
import type { Strings } from '../strings/strings.ts';

/** The message that is written anew, while it is. */
export class Editor {
  readonly #host: Pick<ReactiveControllerHost, 'requestUpdate'>;
  #edited: { readonly thread: Thread; readonly message: StoredMessage } | undefined;
  #isSaving = false;
  #failure: string | undefined;

  constructor(host: Pick<ReactiveControllerHost, 'requestUpdate'>) {
    this.#host = host;
  }

  get isOn(): boolean {
    return this.#edited !== undefined;
  }

  get isSaving(): boolean {
    return this.#isSaving;
  }

  begin(thread: Thread, message: StoredMessage): void {
    this.#edited = { thread, message };
    this.#isSaving = false;
    this.#failure = undefined;
    this.#host.requestUpdate();
  }

  end(): void {
    this.#edited = undefined;
    this.#failure = undefined;
    this.#host.requestUpdate();
  }

  /** What is in the way; empty when nothing is. */
  problem({ thread: says, message }: Strings): string {
    if (this.#edited === undefined) return '';
    if (this.#isDeleted()) return `${says.deleted}.`;
    if (this.#failure === undefined) return '';
    return this.#failure === 'conflict' ? message.tooOld : message.why(this.#failure);
  }

  /** @returns whether it is what the message says now */
  async save(content: string): Promise<boolean> {
    const edited = this.#edited;
    if (edited === undefined || this.#isSaving || this.#isDeleted()) return false;
    this.#isSaving = true;
    this.#failure = undefined;
    this.#host.requestUpdate();
    let failure: string | undefined;
    if (content !== (this.#now() ?? edited.message).content)
      await edited.thread.edit(edited.message.id, content).catch((error: unknown) => {
        failure = error instanceof ParleyError ? error.code : '';
      });
    // Another may have been begun.
    if (edited !== this.#edited) return false;
    this.#isSaving = false;
    this.#failure = failure;
    this.#host.requestUpdate();
    return failure === undefined;
  }

  #isDeleted(): boolean {
    const now = this.#now();
    return now !== undefined && isDeleted(now);
  }

  /** The message as it is by now: it may have been changed elsewhere. */
  #now(): Message | undefined {
    const edited = this.#edited;
    return edited?.thread.state.get().messages.find(({ key }) => key === edited.message.key);
  }
}

/** The last of one's own that can be written anew. */
export const lastOwn = (
  messages: readonly Message[],
  userId: string | undefined,
): StoredMessage | undefined =>
  messages.findLast(
    (message): message is StoredMessage =>
      isStored(message) && message.senderId === userId && !isDeleted(message),
  );
