import type { PushDevice, PushProvider, PushResult } from './provider.ts';

/** So many failures with no success between them are the service's, not a device's. */
const MAX_FAILURES = 3;
const FIRST_PAUSE_MS = 1_000;
/** What waits for a service is told soon after it is back. */
const MAX_PAUSE_MS = 15_000;
/** Who asks us to wait is believed up to here, in milliseconds. */
const MAX_ASKED_MS = 60_000;
/** Others wait for the one that tries whether it is back, in milliseconds. */
const PROBE_MS = 2_000;
/** Nothing was answered for so long, while somebody waits: nobody else is to wait too. In milliseconds. */
const HANGS_AFTER_MS = 3_000;

/** There are a handful of services; whoever makes up names below theirs, where nobody answers, must not fill our memory. */
const MAX_SERVICES = 1_000;

/** How a service fares. Times are by {@link performance.now}. */
interface Service {
  /** Pushes on their way. */
  waiting: number;
  /** When it last answered, or had nothing to answer. */
  answeredAt: number;
  failures: number;
  pauses: number;
  pausedUntil: number;
  isProbed: boolean;
}

/**
 * Sends nothing for a while to a service that does not take anything: each of those who wait would hold up a worker for as long as a
 * send may take. Unlike `lib/pause.ts`, after which a queue's one service gets whole batches again, it sees each push that is under way: one queue is for several services,
 * of which those that are well must not wait. Afterwards one push tries whether it is back. `Retry-After` is heeded by what was refused with it, and by the
 * service's pause.
 */
export function pausing(provider: PushProvider): PushProvider {
  const services = new Map<string, Service>();
  return {
    platform: provider.platform,
    async send(device, push) {
      const name = nameOf(device);
      const service = services.get(name) ?? newService();
      if (service.failures === 0 && services.size >= MAX_SERVICES) forgetIdle(services);
      services.set(name, service);
      const afterMs = waitFor(service);
      if (afterMs > 0) return { kind: 'retry', reason: 'paused', afterMs, isUntried: true };
      const isProbe = service.pauses > 0;
      if (isProbe) service.isProbed = true;
      if (service.waiting === 0) service.answeredAt = performance.now();
      service.waiting += 1;
      const result = await provider.send(device, push);
      service.waiting -= 1;
      service.answeredAt = performance.now();
      if (result.kind === 'retry') fail(service, result, isProbe);
      else Object.assign(service, WELL);
      if (service.waiting === 0 && service.failures === 0) services.delete(name);
      return result;
    },
    [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose](),
  };
}

/** Browsers have a service each. */
const nameOf = ({ platform, token }: PushDevice): string =>
  platform === 'web' ? new URL(token).host : platform;

const WELL = { failures: 0, pauses: 0, pausedUntil: 0, isProbed: false };

const newService = (): Service => ({ waiting: 0, answeredAt: 0, ...WELL });

/** They are paused anew when they fail again. */
function forgetIdle(services: Map<string, Service>): void {
  for (const [name, { waiting }] of services) if (waiting === 0) services.delete(name);
}

/** In milliseconds; 0: now. */
function waitFor({ waiting, answeredAt, pauses, pausedUntil, isProbed }: Service): number {
  const now = performance.now();
  if (isProbed || (waiting > 0 && now - answeredAt > HANGS_AFTER_MS)) return PROBE_MS;
  return pauses === 0 ? 0 : Math.max(0, pausedUntil - now);
}

function fail(
  service: Service,
  { afterMs = 0 }: Extract<PushResult, { kind: 'retry' }>,
  isProbe: boolean,
): void {
  service.failures += 1;
  if (isProbe) service.isProbed = false;
  // Of many that were sent together one begins the pause.
  const begins = isProbe || (service.failures >= MAX_FAILURES && service.pauses === 0);
  if (!begins) return;
  const ownMs = Math.min(FIRST_PAUSE_MS * 2 ** service.pauses, MAX_PAUSE_MS);
  service.pauses += 1;
  service.pausedUntil = performance.now() + Math.max(ownMs, Math.min(afterMs, MAX_ASKED_MS));
}
