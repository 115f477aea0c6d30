import type { ClientMessage } from '../../../protocol/client-messages.ts';
import type { Link, LinkEvents } from '../../link.ts';
import { ME } from './fake-server.ts';

/** Does what the test says. */
export class FakeLink implements Link {
  readonly events: LinkEvents;
  /** What was handed on, and not taken by the test. */
  sent: ClientMessage[] = [];
  tokens = 1;
  isUp = false;
  /** How often a token was said to be taken. */
  proofs = 0;
  /** How many tokens in a row are refused. */
  refused = 0;
  #isKnown = false;

  constructor(events: LinkEvents) {
    this.events = events;
  }

  connect(): void {
    this.#tellUser();
  }

  up(isComplete: boolean): void {
    this.isUp = true;
    this.events.onState({ status: 'live' });
    this.events.onUp(isComplete);
  }

  down(heardAt = Date.now()): void {
    if (!this.isUp) return;
    this.isUp = false;
    this.events.onState({ status: 'connecting' });
    this.events.onDown(heardAt);
  }

  send(frame: ClientMessage): boolean {
    if (this.isUp) this.sent.push(frame);
    return this.isUp;
  }

  tellMuted(): void {
    // There are no other tabs.
  }

  take(): ClientMessage[] {
    const taken = this.sent;
    this.sent = [];
    return taken;
  }

  token(): Promise<string> {
    this.#tellUser();
    return Promise.resolve(`token ${this.tokens}`);
  }

  renewToken(): Promise<string> {
    this.tokens += 1;
    return this.token();
  }

  proveToken(): void {
    this.proofs += 1;
  }

  close(): void {
    this.isUp = false;
  }

  #tellUser(): void {
    if (this.#isKnown) return;
    this.#isKnown = true;
    queueMicrotask(() => this.events.onUser(ME));
  }
}

/** All that were opened, the newest last. */
export const links: FakeLink[] = [];

/** In place of `openLink`. */
export function openFakeLink(_: unknown, events: LinkEvents): FakeLink {
  const link = new FakeLink(events);
  links.push(link);
  return link;
}
