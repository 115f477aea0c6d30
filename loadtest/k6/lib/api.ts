import http from 'k6/http';
import type { User } from './identity.ts';
import { sleep } from './wait.ts';
import type { StoredMessage } from './wire.ts';

const RETRY_MS = 500;
const PAGE = 100;
const DONE = new Set([200, 201]);
/** The node is not there, is draining, or has no database at the moment. 429: too much at once. */
const TRANSIENT = new Set([0, 429, 502, 503, 504]);

interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
  /** The path without what differs: every other name would be a time series of its own in k6. */
  readonly name: string;
}

/** REST as one user, at whichever node answers. */
export class Api {
  readonly #urls: readonly string[];
  readonly #user: User;
  readonly #deadline: number;

  /** @param deadline until when a call is tried, in ms; once it has passed, a call that fails throws */
  constructor(urls: readonly string[], user: User, deadline: number) {
    this.#urls = urls;
    this.#user = user;
    this.#deadline = deadline;
  }

  /** @returns the conversation's id */
  async create(listingId: number, sellerId: string): Promise<string> {
    const name = '/api/conversations';
    const body = { listingId, sellerId };
    const answer = await this.#call({ method: 'POST', path: name, body, name });
    return (answer as { id: string }).id;
  }

  /** @returns the number of its last change */
  async readSeq(conversationId: string): Promise<number> {
    const path = `/api/conversations/${conversationId}`;
    const name = '/api/conversations/:id';
    const answer = await this.#call({ method: 'GET', path, name });
    return (answer as { seq: number }).seq;
  }

  /** The messages with a seq above `after` and up to `upTo`. */
  async readHistory(conversationId: string, after: number, upTo: number): Promise<StoredMessage[]> {
    const name = '/api/conversations/:id/messages';
    const found: StoredMessage[] = [];
    for (let next: string | null = String(after); next !== null;) {
      const path = `/api/conversations/${conversationId}/messages?after=${next}&limit=${PAGE}`;
      const answer = await this.#call({ method: 'GET', path, name });
      const page = answer as { messages: StoredMessage[]; nextCursor: string | null };
      found.push(...page.messages.filter(({ seq }) => seq <= upTo));
      next = page.messages.some(({ seq }) => seq > upTo) ? null : page.nextCursor;
    }
    return found;
  }

  async #call({ method, path, body, name }: Call): Promise<unknown> {
    const first = Math.floor(Math.random() * this.#urls.length);
    for (let attempt = first; ; attempt += 1) {
      const url = this.#urls[attempt % this.#urls.length] + path;
      const response = await http.asyncRequest(
        method,
        url,
        body === undefined ? null : JSON.stringify(body),
        {
          headers: {
            authorization: `Bearer ${this.#user.token}`,
            'content-type': 'application/json',
          },
          tags: { name: `${method} ${name}` },
          timeout: '10s',
        },
      );
      if (DONE.has(response.status)) return response.json();
      if (!TRANSIENT.has(response.status) || Date.now() > this.#deadline)
        throw new Error(`${method} ${name} was answered ${response.status} ${response.error}`);
      await sleep(RETRY_MS);
    }
  }
}
