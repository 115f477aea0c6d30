import { parseArgs } from 'node:util';
import { reason } from '../lib/reason.ts';
import { StartupError } from '../lib/startup-error.ts';
import type { ReplayFilter } from './replay.ts';
import { WEBHOOK_TYPES } from './webhook-job.ts';

export interface ReplayArguments extends ReplayFilter {
  /** Only says how many there are. */
  readonly isDryRun: boolean;
}

const SINCE_RULE = '--since must be a day or a time in UTC such as 2026-11-28 or 2026-11-28T18:00Z';
const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z)?$/;

/** @throws {StartupError} that says what is wrong with them */
export function parseReplayArguments(args: readonly string[]): ReplayArguments {
  const { since, type, 'dry-run': isDryRun = false } = parse(args);
  const known = WEBHOOK_TYPES.find((one) => one === type);
  if (type !== undefined && known === undefined)
    throw new StartupError(`--type must be one of ${WEBHOOK_TYPES.join(', ')}`);
  if (since !== undefined && (!TIME.test(since) || Number.isNaN(Date.parse(since))))
    throw new StartupError(SINCE_RULE);
  return { since: since === undefined ? undefined : new Date(since), type: known, isDryRun };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        since: { type: 'string' },
        type: { type: 'string' },
        'dry-run': { type: 'boolean' },
      },
    });
    return values;
  } catch (error) {
    throw new StartupError(reason(error));
  }
}
