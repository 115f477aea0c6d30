import { type Bus, conversationChannel } from '../bus/bus.ts';
import type { ConversationIndex } from '../conversations/conversation-index.ts';
import type { ConversationTable } from './conversation-table.ts';
import type { Slot } from './uuid-table.ts';

export interface StartsParts {
  readonly bus: Bus;
  readonly index: ConversationIndex;
}

/** One that left and came back has another. */
interface Start {
  readonly done: Promise<void>;
}

/** Conversations whose channels are being subscribed, and then their seqs read. */
export class Starts {
  readonly #parts: StartsParts;
  readonly #table: ConversationTable;
  readonly #onStarted: (slot: Slot, seq: number) => void;
  readonly #bySlot = new Map<Slot, Start>();

  constructor(
    parts: StartsParts,
    table: ConversationTable,
    onStarted: (slot: Slot, seq: number) => void,
  ) {
    this.#parts = parts;
    this.#table = table;
    this.#onStarted = onStarted;
  }

  /** The start of this one, if it is under way. */
  of(slot: Slot): Promise<void> | undefined {
    return this.#bySlot.get(slot)?.done;
  }

  /** Subscribes first and reads afterwards: what happens in between is on the channel. Rejects when PostgreSQL or Redis fail. */
  begin(ids: readonly string[]): Promise<void> {
    const read = async (): Promise<void> => {
      try {
        await this.#parts.bus.subscribe(ids.map(conversationChannel));
        const seqs = await this.#parts.index.seqs(ids);
        ids.forEach((id, i) => this.#end(id, start, seqs[i] ?? 0));
      } catch (error) {
        // Nobody is served half: who waited for these leaves.
        for (const id of ids) {
          const slot = this.#table.find(id);
          if (this.#bySlot.get(slot) === start) this.#bySlot.delete(slot);
        }
        throw error;
      }
    };
    const start: Start = { done: Promise.resolve().then(read) };
    for (const id of ids) this.#bySlot.set(this.#table.find(id), start);
    return start.done;
  }

  /** Nobody is here for it any more. */
  forget(slot: Slot): void {
    this.#bySlot.delete(slot);
  }

  /** @param start the one that read this: a later one, after everybody had left, reads for itself */
  #end(id: string, start: Start, seq: number): void {
    const slot = this.#table.find(id);
    if (this.#bySlot.get(slot) !== start) return;
    this.#bySlot.delete(slot);
    this.#onStarted(slot, seq);
  }
}
