import type { AttachmentObserver } from '../attachments/attachments.ts';
import type { Hub } from '../hub/hub.ts';
import type { SendObserver } from '../messages/send.ts';
import type { WriterObserver } from '../messages/writer.ts';
import type { Metrics } from './metrics.ts';
import type { HttpParts } from '../transport/http.ts';
import type { SocketObserver } from '../transport/ws.ts';

/** What the features tell, as metrics. */
export const writerObserver = (metrics: Metrics): WriterObserver => ({
  batch(kind, rows, seconds, waitedSeconds) {
    metrics.written.inc({ kind }, rows);
    metrics.batchRows.observe({ kind }, rows);
    metrics.batchSeconds.observe({ kind }, seconds);
    metrics.commitSeconds.observe({ kind }, waitedSeconds);
  },
  refused(reason, rows) {
    metrics.writesFailed[reason] += rows;
  },
});

/** Both ends are here, so one clock measures: those of nodes differ. */
export const sendObserver = (metrics: Metrics, hub: Hub): SendObserver => ({
  committed(conversationId, seq) {
    const at = performance.now();
    hub.whenDelivered(conversationId, seq, () =>
      metrics.deliverySeconds.observe((performance.now() - at) / 1_000),
    );
  },
});

export const socketObserver = (metrics: Metrics): SocketObserver => ({
  refused(reason) {
    metrics.upgradesRefused[reason] += 1;
  },
  opened: () => metrics.opened.inc(),
  unserved: () => metrics.unserved.inc(),
  closed(reason) {
    metrics.closed[reason] += 1;
  },
});

export const attachmentObserver = (metrics: Metrics): AttachmentObserver => ({
  finished(outcome) {
    metrics.finished[outcome] += 1;
  },
  swept: (objects) => metrics.swept.inc(objects),
});

export const requestObserver =
  (metrics: Metrics): HttpParts['onAnswered'] =>
  ({ method, route, status, seconds }) => {
    const statusClass = status === undefined ? 'aborted' : `${Math.floor(status / 100)}xx`;
    metrics.requestSeconds.observe({ method, route, status: statusClass }, seconds);
  };
