import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import type { Disposer } from '../lib/disposer.ts';
import { createLanes } from '../lib/lanes.ts';
import { packagePath } from '../lib/package-path.ts';
import { reason } from '../lib/reason.ts';
import { IMAGE_MS, type ImageAnswer, type ImageJob } from './image-job.ts';

/** Makes a picture anew. Never rejects. */
export type MakeImage = (job: ImageJob) => Promise<ImageAnswer>;

/** As it was built, even where the node itself is run from its sources. */
const PROGRAM = packagePath('dist/attachments/image-process.js');
/** It decodes what strangers send: none of our secrets is in its environment. One heap, which it shares with no chat. */
const ENVIRONMENT = { MALLOC_ARENA_MAX: '1', VIPS_CONCURRENCY: '1' };
/** A process that has had nothing to do for so long ends, and gives back its memory. In milliseconds. */
const IDLE_MS = 10_000;

export interface ImagesOptions {
  /** How long one picture may take, in milliseconds. */
  readonly maxMs?: number;
  /** What the process runs. */
  readonly program?: string;
}

/**
 * One process for all pictures, one at a time: the event loop decodes none, and the node has none in its memory. It is
 * started for the first, and again after a crash, even of a decoder, which fails the one picture that was being made. One that takes too long ends
 * it, too.
 *
 * Not a thread: a picture of 12 megapixels takes 100 to 500 MB for a moment, much of which glibc keeps for each thread that ever had one (docs/architecture.md).
 */
export function createImages(
  disposer: Disposer,
  { maxMs = IMAGE_MS, program = PROGRAM }: ImagesOptions = {},
): MakeImage {
  const lane = createLanes(1);
  let running: ChildProcess | undefined;
  let idle: NodeJS.Timeout | undefined;
  const end = async (): Promise<void> => {
    const child = running;
    running = undefined;
    if (child === undefined || hasEnded(child)) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  disposer.defer(() => {
    clearTimeout(idle);
    return end();
  });

  return (job) =>
    lane(async () => {
      clearTimeout(idle);
      // With nothing to do it may have been ended for want of memory, too.
      if (running === undefined || hasEnded(running)) running = start(program);
      const answer = await ask(running, job, maxMs);
      if (answer.kind === 'gone') await end();
      else idle = setTimeout(() => void end(), IDLE_MS).unref();
      return answer.kind === 'gone' ? answer.answer : answer;
    });
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

function start(program: string): ChildProcess {
  const child = fork(program, [], { execArgv: [], env: ENVIRONMENT, stdio: 'ignore' });
  // Chat goes first where cores are few. Before it has threads: they take after it.
  // It may not where the node's own is lower still.
  try {
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {}
  return child;
}

/** What it answers; `gone`: it does not, and is of no use any more. */
type Asked = ImageAnswer | { readonly kind: 'gone'; readonly answer: ImageAnswer };

async function ask(child: ChildProcess, job: ImageJob, maxMs: number): Promise<Asked> {
  const over = new AbortController();
  const { signal } = over;
  const timer = setTimeout(() => over.abort(), maxMs);
  try {
    const exited = once(child, 'exit', { signal }).then(([code, killed]) =>
      crashed(`exit ${String(code ?? killed)}`),
    );
    const answered = once(child, 'message', { signal }).then(([answer]) => answer as ImageAnswer);
    const sent = new Promise<void>((resolve, reject) => {
      child.send(job, (error) => (error === null ? resolve() : reject(error)));
    });
    const [answer] = await Promise.all([Promise.race([answered, exited]), sent]);
    return answer;
  } catch (error) {
    return signal.aborted ? LATE : crashed(reason(error));
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}

const LATE: Asked = {
  kind: 'gone',
  answer: { kind: 'refused', reason: 'takes too long to decode' },
};

const crashed = (why: string): Asked => ({
  kind: 'gone',
  answer: { kind: 'failed', reason: `the process for pictures ended: ${why}` },
});
