import type { ClientMessage } from '../../protocol/client-messages.ts';
import { ParleyError } from '../errors.ts';
import type { ConversationFrame } from '../link.ts';
import type { ConnectionState, Muted } from '../types.ts';

/** How it is with the leader, in each of its messages. */
export interface Report {
  /** Grows from leader to leader. */
  readonly term: number;
  /** Counts a leader's messages from 1: who misses one notices. */
  readonly count: number;
  readonly state: ConnectionState;
  readonly isUp: boolean;
  /** Of its last `onUp`. */
  readonly isComplete: boolean;
  readonly cursor: string | undefined;
}

export interface TabMessage {
  /** From a leader. */
  readonly report?: Report;
  readonly frame?: ConversationFrame;
  /** All who are here, for who has just come. */
  readonly present?: readonly ConversationFrame[];
  /** From any tab: what was muted there, or is not any more. */
  readonly muted?: readonly [conversationId: string, muted: Muted | undefined];
  /** To the leader: a frame for the server. */
  readonly send?: ClientMessage;
  /** To the leader: a report, and for the last two also to look after its socket. */
  readonly ask?: 'report' | 'wake' | 'connect';
}

interface Envelope extends TabMessage {
  readonly from: string;
}

export interface TabChannelParts {
  readonly name: string;
  readonly tabId: string;
  readonly onTab: (tabId: string) => void;
  readonly onMessage: (message: TabMessage) => void;
}

/** All tabs of a user talk here. */
export class TabChannel {
  readonly #channel: BroadcastChannel;
  readonly #tabId: string;
  readonly #known = new Set<string>();

  constructor({ name, tabId, onTab, onMessage }: TabChannelParts) {
    this.#tabId = tabId;
    this.#channel = new BroadcastChannel(name);
    this.#channel.addEventListener('message', (event: MessageEvent<Envelope>) => {
      const { from, report, ...rest } = event.data;
      if (!this.#known.has(from)) {
        this.#known.add(from);
        onTab(from);
        // It should know this one too.
        this.post({});
      }
      onMessage(report === undefined ? rest : { ...rest, report: revive(report) });
    });
  }

  post(message: TabMessage): void {
    // The rule takes it for a window's.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    this.#channel.postMessage({ ...message, from: this.#tabId });
  }

  close(): void {
    this.#channel.close();
  }
}

/** What is sent is a structured clone, which makes plain errors of ours. */
export function toPlain(state: ConnectionState): ConnectionState {
  if (!('error' in state)) return state;
  const { code, message, retryAfterMs } = state.error;
  return { ...state, error: { code, message, retryAfterMs } as ParleyError };
}

function revive(report: Report): Report {
  const { state } = report;
  if (!('error' in state)) return report;
  const error = new ParleyError(state.error.code, state.error.message, state.error);
  return { ...report, state: { ...state, error } };
}
