import type { Slot } from './uuid-table.ts';

interface Watched {
  readonly seq: number;
  readonly onDelivered: () => void;
}

/** Beyond it, nobody hears: it is for measuring. */
const MAX_WATCHED = 1_000;

/** Tells when single changes have been delivered. For all others it costs a look into a map. */
export class DeliveryWatch {
  readonly #watched = new Map<Slot, Watched[]>();
  #count = 0;

  add(slot: Slot, seq: number, onDelivered: () => void): void {
    if (this.#count >= MAX_WATCHED) return;
    this.#count += 1;
    const known = this.#watched.get(slot);
    if (known !== undefined) known.push({ seq, onDelivered });
    else this.#watched.set(slot, [{ seq, onDelivered }]);
  }

  delivered(slot: Slot, seq: number): void {
    const watched = this.#watched.get(slot);
    if (watched === undefined) return;
    const left = watched.filter((one) => one.seq > seq);
    this.#count -= watched.length - left.length;
    if (left.length === 0) this.#watched.delete(slot);
    else this.#watched.set(slot, left);
    for (const one of watched) if (one.seq <= seq) one.onDelivered();
  }

  /** The slot will be another conversation's. */
  forget(slot: Slot): void {
    this.#count -= this.#watched.get(slot)?.length ?? 0;
    this.#watched.delete(slot);
  }
}
