import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { setPriority, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { Disposer } from '../lib/disposer.ts';
import type { ImageJob } from './image-job.ts';
import { createImages } from './images.ts';

vi.mock('node:os', { spy: true });

const job = (input: string): ImageJob => ({
  input,
  contentType: 'image/png',
  output: 'out',
  thumbnail: 'thumbnail',
});

/** Does as its job is called, and tells how many jobs it has had. */
const PROGRAM = `
let jobs = 0;
process.on('message', ({ input }) => {
  jobs += 1;
  if (input === 'throw') throw new Error('broken');
  if (input === 'exit') process.exit(7);
  if (input === 'crash') process.kill(process.pid, 'SIGSEGV');
  if (input === 'hang') for (;;);
  if (input === 'pid') process.send({ kind: 'refused', reason: String(process.pid) });
  else if (input === 'env') process.send({ kind: 'refused', reason: Object.keys(process.env).join() });
  else process.send({ kind: 'made', width: jobs, height: 1 });
});`;

const folder = await mkdtemp(path.join(tmpdir(), 'parley-images-'));
afterAll(() => rm(folder, { recursive: true }));
const program = path.join(folder, 'program.mjs');
await writeFile(program, PROGRAM);

function open(maxMs = 30_000) {
  const disposer = new Disposer();
  onTestFinished(() => disposer[Symbol.asyncDispose]());
  return createImages(disposer, { program, maxMs });
}

test('one process for all pictures', async () => {
  const make = open();
  const answers = await Promise.all(['a', 'b', 'c'].map((name) => make(job(name))));
  expect(answers.map((answer) => answer.kind === 'made' && answer.width)).toEqual([1, 2, 3]);
});

test.each(['throw', 'exit', 'crash'])('a crash (%s) fails that picture alone', async (how) => {
  const make = open();
  const [first, crashed, second] = await Promise.all(
    ['a', how, 'b'].map((name) => make(job(name))),
  );
  expect(first).toMatchObject({ kind: 'made', width: 1 });
  expect(crashed).toMatchObject({
    kind: 'failed',
    reason: expect.stringMatching(/^the process for pictures ended: exit (1|7|SIGSEGV)$/),
  });
  // By a new process.
  expect(second).toMatchObject({ kind: 'made', width: 1 });
});

test('one that takes too long is refused, and holds up no other', async () => {
  const make = open(300);
  const [late, next] = await Promise.all([make(job('hang')), make(job('a'))]);
  expect(late).toEqual({ kind: 'refused', reason: 'takes too long to decode' });
  expect(next).toMatchObject({ kind: 'made' });
});

test('none of our secrets is in its environment', async () => {
  process.env['S3_SECRET_ACCESS_KEY'] = 'a secret';
  onTestFinished(() => void delete process.env['S3_SECRET_ACCESS_KEY']);
  const answer = await open()(job('env'));
  expect(answer).toMatchObject({ reason: expect.not.stringContaining('S3') });
});

test('a process that was ended while it had nothing to do fails no picture', async () => {
  const make = open();
  const answer = await make(job('pid'));
  const pid = Number(answer.kind === 'refused' ? answer.reason : 0);
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
  expect(await make(job('a'))).toMatchObject({ kind: 'made' });
});

test('where its priority may not be lowered pictures are made all the same', async () => {
  vi.mocked(setPriority).mockImplementationOnce(() => {
    throw new Error('EACCES');
  });
  expect(await open()(job('a'))).toMatchObject({ kind: 'made' });
});
