import type { PushDevice } from '../../src/push/provider.ts';

/** What a push service took, as the app gets it. */
export interface TakenPush {
  readonly token: string;
  readonly pushId: string;
  /** What it takes the place of on the device: of the same conversation. */
  readonly collapseId: string;
  readonly title: string;
  readonly body: string;
  readonly badge: number;
  /** All that came. */
  readonly payload: Record<string, unknown>;
}

/** What the next requests are answered with, in place of being taken. */
export type Fault =
  | { readonly status: number; readonly reason?: string; readonly retryAfter?: string }
  /** Never answered. */
  | { readonly hang: true }
  /** The connection breaks off. */
  | { readonly reset: true }
  /** HTTP/2 alone: the server leaves, and has not looked at this request. */
  | { readonly goaway: number };

interface Device {
  readonly shown: Map<string, TakenPush>;
  readonly ids: Set<string>;
}

/** Whoever pushes without end must not fill the memory; the counters go on. */
const MAX_RECEIVED = 20_000;
const MAX_COMPLAINTS = 100;

/** What the push services of tests have in common: their devices with what these show, the record, and faults that are asked for. */
export abstract class PushService {
  /** What was taken, the oldest first, up to a bound. */
  readonly received: TakenPush[] = [];
  /** What was against the protocol; the real one would have refused it too. */
  readonly complaints: string[] = [];
  /** How many were taken. */
  taken = 0;
  /** How many connections were opened. */
  connections = 0;
  /** Called when a push was taken, before that is answered. */
  onTaken: ((push: TakenPush) => void) | undefined;
  /** Called when a request was answered. */
  onAnswered: (() => void) | undefined;
  readonly #devices = new Map<string, Device>();
  readonly #faults: Fault[] = [];

  /** Answers the next `times` sends so. */
  failNext(fault: Fault, times = 1): void {
    for (let i = 0; i < times; i += 1) this.#faults.push(fault);
  }

  /** Goes back to taking what comes. */
  stopFailing(): void {
    this.#faults.length = 0;
  }

  /** The app is gone from the device, and the service knows. */
  uninstall({ token }: Pick<PushDevice, 'token'>): void {
    this.#devices.delete(token);
  }

  /** What the device shows now: of each conversation the newest. */
  shown({ token }: Pick<PushDevice, 'token'>): TakenPush[] {
    return [...(this.#devices.get(token)?.shown.values() ?? [])];
  }

  /** How often the device told its user of something: twice the same push is once. */
  alerts({ token }: Pick<PushDevice, 'token'>): number {
    return this.#devices.get(token)?.ids.size ?? 0;
  }

  protected addDevice(token: string): void {
    this.#devices.set(token, { shown: new Map(), ids: new Set() });
  }

  protected has(token: string): boolean {
    return this.#devices.has(token);
  }

  protected nextFault(): Fault | undefined {
    return this.#faults.shift();
  }

  protected take(push: TakenPush): void {
    this.taken += 1;
    this.onTaken?.(push);
    if (this.received.length < MAX_RECEIVED) this.received.push(push);
    const device = this.#devices.get(push.token);
    if (device === undefined || device.ids.has(push.pushId)) return;
    device.ids.add(push.pushId);
    device.shown.set(push.collapseId, push);
  }

  protected complain(what: string): void {
    if (this.complaints.length < MAX_COMPLAINTS) this.complaints.push(what);
  }
}

/** A header that came once, a claim: `''` when it is no text. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
