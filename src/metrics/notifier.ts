import type { Meter } from '../lib/metrics.ts';
import type { Backlog, NotifierObserver } from '../notifier.ts';
import { addWebhookMetrics } from './webhooks.ts';

/** From a message's creation: at once, after the delay of five seconds, and after outages. In seconds. */
const SECONDS = [0.5, 1, 2.5, 5, 6, 7.5, 10, 15, 30, 60, 300, 3_600];

/** What workers have beside, or in place of, what nodes have. */
export function addNotifierMetrics(
  meter: Meter,
  backlog: () => Promise<Backlog> | undefined,
): NotifierObserver {
  meter.gauges(
    'parley_jobs',
    'Jobs that wait in the queues of all workers together, those that wait for their time too.',
    ['queue'],
    async () =>
      Object.entries((await backlog())?.waiting ?? {}).map(([queue, value]) => ({
        labels: { queue },
        value,
      })),
  );
  meter.gauges(
    'parley_scan_behind_seconds',
    'How far behind the search for what is new is, by what it is for; of all workers together.',
    ['scan'],
    async () =>
      [...((await backlog())?.behind ?? [])].map(([scan, value]) => ({ labels: { scan }, value })),
  );
  const pushes = meter.counter(
    'parley_pushes_total',
    'Pushes given to a provider, by what came of it.',
    'platform',
    'outcome',
  );
  const delay = meter.histogram(
    'parley_push_delay_seconds',
    'From the creation of the first message that a push tells of until the provider had taken it.',
    SECONDS,
  );
  const emails = meter.counter('parley_emails_total', 'E-mails, by what came of them.', 'outcome');
  return {
    email: (outcome) => emails.inc({ outcome }),
    pushed: (platform, outcome) => pushes.inc({ platform, outcome }),
    sent: (seconds) => delay.observe(seconds),
    ...addWebhookMetrics(meter),
  };
}
