import type { Database } from '../db/pool.ts';
import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import { reason } from '../lib/reason.ts';
import { sparing } from '../lib/sparing.ts';
import type { ObjectStore } from './object-store.ts';
import { createSweepDeleted } from './sweep-deleted.ts';
import { createSweepLeftovers } from './sweep-leftovers.ts';
import type { SweepStep } from './sweep-step.ts';
import { createSweepUnsent } from './sweep-unsent.ts';
import { createSweepVersions } from './sweep-versions.ts';
import { removeOld } from './work-folder.ts';

/** All in milliseconds. */
export interface SweepAges {
  /** What was not sent for so long goes. */
  readonly unsentMs: number;
  /** When what was sent or deleted is looked at for leftovers: longer than an upload and finishing it can take. */
  readonly leftoversMs: number;
  /** How long the operator can see what was deleted. */
  readonly deletedMs: number;
  /** Files nobody has touched for so long are of a node that was killed. */
  readonly unfinishedMs: number;
}

export interface SweeperParts {
  readonly database: Database;
  readonly store: ObjectStore;
  readonly workFolder: string;
  readonly ages: SweepAges;
  readonly logger: Logger;
}

/** A mean of ten minutes for each node, at random, so that nodes that start together do not sweep together. In milliseconds. */
const MIN_WAIT_MS = 5 * 60 * 1_000;
const SPREAD_MS = 10 * 60 * 1_000;
/** How often an operator is told that it can't be done, in milliseconds. */
const REPORT_MS = 60 * 60 * 1_000;

/**
 * One round: everything that is due. Safe on several nodes at once: each step can be done twice.
 *
 * @param isStopped asked between slices
 * @returns what kept a step from being done; each is tried, whatever became of the others
 */
export type Sweep = (isStopped?: () => boolean) => Promise<readonly unknown[]>;

export function createSweep({ database, store, workFolder, ages }: SweeperParts): Sweep {
  const parts = { database, store };
  const steps: readonly SweepStep[] = [
    createSweepUnsent(parts, ages.unsentMs),
    createSweepLeftovers(parts, ages.leftoversMs),
    createSweepDeleted(parts, ages.deletedMs, ages.leftoversMs),
    createSweepVersions(database, ages.deletedMs),
    async () => {
      await removeOld(workFolder, ages.unfinishedMs);
      return false;
    },
  ];
  return async (isStopped = () => false) => {
    const failures: unknown[] = [];
    for (const step of steps) {
      try {
        while (!isStopped() && (await step()));
      } catch (error) {
        failures.push(error);
      }
    }
    return failures;
  };
}

/** Sweeps every now and then until `disposer` is done, which waits for the slice under way. */
export function startSweeper(parts: SweeperParts, disposer: Disposer): void {
  const sweep = createSweep(parts);
  const report = sparing(REPORT_MS, (leftOut: number, error: unknown) =>
    parts.logger.warn(
      { reason: reason(error), leftOut },
      'old attachments can not be cleaned up: tried again later',
    ),
  );
  let isStopped = false;
  let running = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const round = async (): Promise<void> => {
    for (const failure of await sweep(() => isStopped)) report(failure);
    if (!isStopped) plan();
  };
  const plan = (): void => {
    timer = setTimeout(
      () => {
        running = round();
      },
      MIN_WAIT_MS + Math.random() * SPREAD_MS,
    ).unref();
  };
  plan();
  disposer.defer(() => {
    isStopped = true;
    clearTimeout(timer);
    return running;
  });
}
