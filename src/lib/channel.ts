/** What an end answers. Arguments and answers are plain data, as `structuredClone` takes them. */
export type Procedures = Readonly<Record<string, (argument: never) => unknown>>;

/** One end of Node's channel between a process and one it has forked: `process`, or the `ChildProcess`. */
export interface ChannelEnd {
  readonly connected: boolean;
  send?(message: object, sent: (error: Error | null) => void): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
}

export interface Channel<Theirs extends Procedures> {
  /**
   * Calls what the other end provides. Rejects with an error of the same name, message and stack as theirs, or with
   * {@link ChannelClosed} when the other process has gone. It waits for as long as that lives.
   */
  ask<K extends keyof Theirs & string>(
    name: K,
    ...argument: Parameters<Theirs[K]>
  ): Promise<Awaited<ReturnType<Theirs[K]>>>;
}

/** The other process has gone, or is going. */
export class ChannelClosed extends Error {
  readonly code = 'channel_closed';

  constructor() {
    super('the other process has gone');
    this.name = 'ChannelClosed';
  }
}

type Message =
  | { readonly kind: 'ask'; readonly id: number; readonly name: string; readonly argument: unknown }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly error: Failure };

interface Failure {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
}

/** Questions and answers in both directions. Both processes must run the same code; `fork` it with `serialization: 'advanced'`. */
export function openChannel<Theirs extends Procedures>(
  end: ChannelEnd,
  mine: Procedures,
): Channel<Theirs> {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastId = 0;
  const send = (message: Message, failed: () => void): void => {
    if (end.connected && end.send !== undefined) end.send(message, (error) => error && failed());
    else failed();
  };
  /** An asker that has gone needs no answer. */
  const reply = (message: Message) => send(message, () => undefined);
  const answer = async (id: number, name: string, argument: unknown): Promise<void> => {
    try {
      const handler = mine[name];
      if (handler === undefined) throw new Error(`${name} is not provided`);
      reply({ kind: 'answer', id, value: await handler(argument as never) });
    } catch (error) {
      reply({ kind: 'failure', id, error: toFailure(error) });
    }
  };
  const take = (id: number) => {
    const asker = waiting.get(id);
    waiting.delete(id);
    return asker;
  };

  end.on('message', (received) => {
    const message = received as Message;
    switch (message.kind) {
      case 'ask':
        void answer(message.id, message.name, message.argument);
        break;
      case 'answer':
        take(message.id)?.resolve(message.value);
        break;
      case 'failure':
        take(message.id)?.reject(Object.assign(new Error(message.error.message), message.error));
        break;
    }
  });
  end.on('disconnect', () => {
    for (const id of waiting.keys()) take(id)?.reject(new ChannelClosed());
  });

  return {
    ask(name, ...[argument]) {
      const id = (lastId += 1);
      const answered = new Promise<unknown>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        send({ kind: 'ask', id, name, argument }, () => take(id)?.reject(new ChannelClosed()));
      });
      return answered as ReturnType<Channel<Theirs>['ask']>;
    },
  };
}

const toFailure = (error: unknown): Failure =>
  error instanceof Error
    ? { name: error.name, message: error.message, stack: error.stack }
    : { name: 'Error', message: String(error), stack: undefined };
