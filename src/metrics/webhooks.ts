import type { Meter } from '../lib/metrics.ts';
import type { WebhookObserver } from '../webhooks/webhook-queue.ts';

export function addWebhookMetrics(meter: Meter): WebhookObserver {
  const webhooks = meter.counter(
    'parley_webhooks_total',
    'Attempts to send an event to the webhook, by its type and by what came of it.',
    'type',
    'outcome',
  );
  const dead = meter.counter(
    'parley_webhook_dead_total',
    'Events that were given up, until somebody replays them.',
  );
  return {
    webhook(type, outcome) {
      webhooks.inc({ type, outcome });
      if (outcome === 'dead') dead.inc();
    },
  };
}
