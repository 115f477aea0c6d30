import { vi } from 'vitest';
import { WebSocket } from 'ws';
import type { LinkOptions } from '../../link.ts';
import { openLink } from '../open-link.ts';
import type { FakeLocks } from '../../testing/fake-locks.ts';
import { makeToken } from './make-token.ts';
import { createRecorder } from './recorder.ts';

const NODE = { BroadcastChannel: globalThis.BroadcastChannel };

/** A link as in a browser's tab, with a channel that can be cut. */
export function openTab(tabId: string, locks: FakeLocks, options: Partial<LinkOptions> = {}) {
  const tab = locks.tab();
  const { BroadcastChannel } = NODE;
  const channels: BroadcastChannel[] = [];
  let isFrozen = false;
  class Channel {
    readonly #inner: BroadcastChannel;
    constructor(name: string) {
      this.#inner = new BroadcastChannel(name);
      channels.push(this.#inner);
    }
    postMessage(message: unknown): void {
      // The rule takes it for a window's.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      if (!isFrozen) this.#inner.postMessage(message);
    }
    addEventListener(type: string, listener: (event: Event) => void): void {
      this.#inner.addEventListener(type, (event) => {
        if (!isFrozen) listener(event);
      });
    }
    close(): void {
      this.#inner.close();
    }
  }
  vi.stubGlobal('navigator', { locks: tab.locks });
  vi.stubGlobal('BroadcastChannel', Channel);
  const recorder = createRecorder();
  const link = openLink(
    {
      url: '',
      token: () => makeToken(),
      WebSocket,
      tabId,
      shareSocket: true,
      ...options,
    },
    recorder,
  );
  link.connect();
  return {
    ...recorder,
    link,
    /** What others say to it and it to them is lost. */
    freeze(is: boolean): void {
      isFrozen = is;
    },
    /** It gets no chance to say anything. */
    crash(): void {
      isFrozen = true;
      tab.close();
    },
    end(): void {
      link.close();
      for (const channel of channels) channel.close();
    },
  };
}
