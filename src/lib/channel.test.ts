import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { ChannelClosed, openChannel } from './channel.ts';
import { StartupError, startupErrorOf } from './startup-error.ts';

/** One end of a pair, which passes plain data on in a later turn as processes do. */
class End extends EventEmitter {
  connected = true;
  other: End | undefined;

  send(message: object, sent: (error: Error | null) => void): boolean {
    const copy: unknown = structuredClone(message);
    setImmediate(() => this.other?.emit('message', copy));
    sent(null);
    return true;
  }

  disconnect(): void {
    for (const end of [this, this.other]) {
      if (end === undefined) continue;
      end.connected = false;
      end.emit('disconnect');
    }
  }
}

type Api = {
  double(value: number): number;
  fail(): Promise<never>;
  wait(): Promise<never>;
};

function openPair() {
  const [near, far] = [new End(), new End()];
  [near.other, far.other] = [far, near];
  const api: Api = {
    double: (value) => 2 * value,
    fail: () => Promise.reject(new StartupError('no Redis')),
    wait: () => new Promise(() => undefined),
  };
  openChannel(far, api);
  return { near, channel: openChannel<Api>(near, {}) };
}

test('answers find who asked', async () => {
  const { channel } = openPair();
  const answers = [1, 2, 3].map((value) => channel.ask('double', value));
  expect(await Promise.all(answers)).toEqual([2, 4, 6]);
});

test('errors keep their name and what they say', async () => {
  const { channel } = openPair();
  const error: unknown = await channel.ask('fail').catch((reason: unknown) => reason);
  expect(startupErrorOf(error)?.message).toBe('no Redis');
  expect(startupErrorOf(new Error('no Redis'))).toBeUndefined();
});

test('whoever waits when the other process goes, or asks afterwards, is told', async () => {
  const { channel, near } = openPair();
  const waiting = channel.ask('wait');
  near.disconnect();
  await expect(waiting).rejects.toThrow(ChannelClosed);
  await expect(channel.ask('double', 1)).rejects.toThrow(ChannelClosed);
});

test('what the other end does not provide is an error there', async () => {
  const channel = openPair().channel as unknown as { ask(name: string): Promise<unknown> };
  await expect(channel.ask('fly')).rejects.toThrow('fly is not provided');
});
