import type { Config } from '../config.ts';
import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import type { ReadMetrics } from '../lib/metrics-text.ts';
import { serveAgentCheck } from './agent-check.ts';
import { serveMetrics } from './metrics-server.ts';
import type { ReadState } from './readiness.ts';

export interface SideParts {
  readonly readMetrics: ReadMetrics;
  readonly readState: ReadState;
  readonly logger: Logger;
}

/** Those that are listened on; with workers none but their supervisor's. */
export interface SidePorts {
  readonly metricsPort: number | undefined;
  readonly agentCheckPort: number | undefined;
}

/**
 * The ports beside the main one, which Prometheus and HAProxy ask.
 *
 * @throws {StartupError} when one is taken
 */
export async function serveSidePorts(
  config: Config,
  { readMetrics, readState, logger }: SideParts,
  disposer: Disposer,
): Promise<SidePorts> {
  const { metricsPort: metrics, agentCheckPort: agent } = config;
  const at = (port: number, variable: string) => ({ host: config.listen.host, port, variable });
  return {
    metricsPort:
      metrics === undefined
        ? undefined
        : await serveMetrics(readMetrics, at(metrics, 'METRICS_PORT'), logger, disposer),
    agentCheckPort:
      agent === undefined
        ? undefined
        : await serveAgentCheck(readState, at(agent, 'AGENT_CHECK_PORT'), disposer),
  };
}
