import { abortable } from '../async/abortable.ts';

/** Does something once for all who ask for it meanwhile. It is aborted when none of them waits any more. */
export class Flight {
  readonly #work: (signal: AbortSignal) => Promise<void>;
  #current: Running | undefined;

  constructor(work: (signal: AbortSignal) => Promise<void>) {
    this.#work = work;
  }

  async run(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const flight = (this.#current ??= this.#start());
    flight.waiting += 1;
    try {
      await abortable(flight.ended, signal);
    } finally {
      flight.waiting -= 1;
      if (flight.waiting === 0) {
        this.#land(flight);
        flight.controller.abort();
      }
    }
  }

  #start(): Running {
    const controller = new AbortController();
    const ended = this.#work(controller.signal).finally(() => this.#land(flight));
    const flight: Running = { ended, controller, waiting: 0 };
    return flight;
  }

  #land(flight: Running): void {
    if (this.#current === flight) this.#current = undefined;
  }
}

interface Running {
  readonly ended: Promise<void>;
  readonly controller: AbortController;
  waiting: number;
}
