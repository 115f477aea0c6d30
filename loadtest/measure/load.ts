import { setTimeout as sleep } from 'node:timers/promises';
import type { DialectName } from '../generator/dialects.ts';
import type { Generator } from '../generator/generator.ts';
import { Histogram } from '../generator/histogram.ts';
import type { ClientSpec } from '../generator/load-client.ts';
import type { Counted, TrafficOptions } from '../generator/traffic.ts';
import {
  type Component,
  CpuMeter,
  type Processes,
  perComponent,
  saturated,
  sum,
} from './cpu-meter.ts';

/** Something that passes messages on, running. */
export interface System {
  readonly dialect: DialectName;
  /** What tokens are signed with. */
  readonly secret: string;
  readonly ports: readonly number[];
  readonly processes: Omit<Processes, 'generator'>;
  /** How many messages there are in its database; none when it keeps nothing. */
  readonly countPersisted: (() => Promise<number>) | undefined;
}

export interface LoadOptions {
  readonly load: TrafficOptions['load'];
  /** The other party's copies unless told otherwise. */
  readonly counted?: Counted;
  /** Before what is measured, in ms. */
  readonly warmMs: number;
  /** How long is measured, in ms; or as long as this takes. */
  readonly measureMs: number | (() => Promise<void>);
}

export interface LoadResult {
  /** Delivered to whom they were counted for, and persisted, a second. */
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly latencies: Histogram;
  /** User and system time a message, in µs. */
  readonly cpuUs: Readonly<Record<Component, number>>;
  /** Cores used by each process; PostgreSQL's count as one. */
  readonly cores: Readonly<Record<Component, readonly number[]>>;
  /** Share of all cores, 0 to 1. */
  readonly machineBusy: number;
  readonly saturated: string;
}

/** How long messages that are under way at the end may take. What is slower counts as lost. */
const PATIENCE_MS = 30_000;
const PARALLEL_HANDSHAKES = 32;

/**
 * Opens sockets, in pairs that share a conversation.
 *
 * @param users of each socket, and where it sends; neighbours are on different nodes
 * @returns how long it took, in ms
 */
export async function connectUsers(
  generator: Generator,
  { dialect, secret, ports }: System,
  users: readonly Omit<ClientSpec, 'port'>[],
): Promise<number> {
  const clients = users.map((user, i) => ({ ...user, port: ports[i % ports.length] ?? 0 }));
  return generator.call('connect', { dialect, secret, clients, parallel: PARALLEL_HANDSHAKES });
}

/**
 * Sends over the sockets that are connected.
 *
 * @throws when a message was not delivered, or not persisted: the figures would be of something else
 */
export async function measureLoad(
  generator: Generator,
  system: System,
  { load, counted = 'partner', warmMs, measureMs }: LoadOptions,
): Promise<LoadResult> {
  const before = await system.countPersisted?.();
  await generator.call('begin', { counted, load });
  await sleep(warmMs);
  const first = await generator.call('counters');
  const meter = new CpuMeter({ ...system.processes, generator: [generator.pid] });
  await (typeof measureMs === 'number' ? sleep(measureMs) : measureMs());
  const last = await generator.call('counters');
  const usage = meter.read();
  const total = await generator.call('end', PATIENCE_MS);
  const persisted = await system.countPersisted?.();
  if (total.delivered !== total.sent)
    throw new Error(`of ${total.sent} messages ${total.delivered} were delivered`);
  if (persisted !== undefined && persisted - (before ?? 0) !== total.sent)
    throw new Error(`of ${total.sent} messages ${persisted - (before ?? 0)} were persisted`);

  const messages = last.delivered - first.delivered;
  const latencies = new Histogram(last.latencies);
  return {
    perSecond: (messages * 1_000_000) / (last.atUs - first.atUs),
    p50Ms: latencies.quantileMs(0.5),
    p99Ms: latencies.quantileMs(0.99),
    latencies,
    cpuUs: perComponent((component) => (sum(usage.seconds[component]) * 1_000_000) / messages),
    cores: perComponent((component) =>
      usage.seconds[component].map((seconds) => seconds / usage.wallSeconds),
    ),
    machineBusy: usage.machineBusy,
    saturated: saturated(usage),
  };
}

/** Messages of each socket under way in a closed loop. */
export const WINDOW = 2;

/** As much as the system can do: each socket sends its next message when one of its last two has arrived. */
export const measureSaturation = (
  generator: Generator,
  system: System,
  options: Omit<LoadOptions, 'load'>,
): Promise<LoadResult> =>
  measureLoad(generator, system, { ...options, load: { kind: 'closed', window: WINDOW } });
