import type pg from 'pg';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createLogger } from '../lib/logger.ts';
import { ProtocolError, notAuthorized } from '../protocol/errors.ts';
import type { WriteKind } from './write-kind.ts';
import { type Writer, createWriter } from './writer.ts';

interface Input {
  readonly conversationId: string;
  readonly n: number;
  readonly key?: string;
}
type Run = (inputs: readonly Input[]) => Promise<readonly (number | ProtocolError)[]>;
type Kind = WriteKind<Input, number>;

const pool = {} as pg.Pool;
const numbers = (inputs: readonly Input[]) => inputs.map(({ n }) => n);

function newWriter() {
  const observed: { kind: string; rows: number }[] = [];
  const refused: { reason: string; rows: number }[] = [];
  const writer = createWriter(pool, createLogger('silent'), {
    batch: (kind, rows) => void observed.push({ kind, rows }),
    refused: (reason, rows) => void refused.push({ reason, rows }),
  });
  return { writer, observed, refused };
}

function newKind(run: Run = (inputs) => Promise.resolve(numbers(inputs)), name = 'kind') {
  const batches: number[][] = [];
  const kind: Kind = {
    name,
    key: (input) => input.key,
    run(given, inputs) {
      expect(given).toBe(pool);
      batches.push(numbers(inputs));
      return run(inputs);
    },
  };
  return { kind, batches };
}

/** A kind whose batches commit when the test says so. */
function newGatedKind(name = 'gated') {
  const commits: (() => void)[] = [];
  const made = newKind(
    (inputs) => new Promise((resolve) => void commits.push(() => resolve(numbers(inputs)))),
    name,
  );
  return { ...made, commit: () => commits.shift()?.() };
}

const input = (n: number, conversationId = `c${n}`, key?: string): Input => ({
  conversationId,
  n,
  ...(key === undefined ? {} : { key }),
});
const submitAll = (writer: Writer, kind: Kind, inputs: readonly Input[]) =>
  Promise.all(inputs.map((one) => writer.submit(kind, one)));
const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const sqlError = (code: string) => Object.assign(new Error(`SQLSTATE ${code}`), { code });
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('batches', () => {
  test('what is submitted together is written together, and each gets its own result', async () => {
    const { writer, observed } = newWriter();
    const { kind, batches } = newKind((inputs) =>
      Promise.resolve(numbers(inputs).map((n) => n * 10)),
    );
    const results = await submitAll(
      writer,
      kind,
      range(100).map((n) => input(n)),
    );
    expect(results).toEqual(range(100).map((n) => n * 10));
    expect(batches).toEqual([range(100)]);
    await writer.settled();
    expect(observed).toEqual([{ kind: 'kind', rows: 100 }]);
    expect([writer.queued, writer.running]).toEqual([0, 0]);
  });

  test('have at most 1,000 rows', async () => {
    const { writer } = newWriter();
    const { kind, batches } = newKind();
    await submitAll(
      writer,
      kind,
      range(2_500).map((n) => input(n)),
    );
    expect(batches.map((batch) => batch.length)).toEqual([1_000, 1_000, 500]);
    expect(batches.flat()).toEqual(range(2_500));
  });

  test('several changes of one conversation go together, in order', async () => {
    const { writer } = newWriter();
    const { kind, batches } = newKind();
    await submitAll(
      writer,
      kind,
      range(5).map((n) => input(n, 'c')),
    );
    expect(batches).toEqual([[0, 1, 2, 3, 4]]);
  });

  test('never mix kinds', async () => {
    const { writer } = newWriter();
    const one = newKind(undefined, 'one');
    const two = newKind(undefined, 'two');
    await Promise.all(range(10).map((n) => writer.submit((n % 2 ? one : two).kind, input(n))));
    expect(two.batches).toEqual([[0, 2, 4, 6, 8]]);
    expect(one.batches).toEqual([[1, 3, 5, 7, 9]]);
  });

  test('what comes while one commits is collected', async () => {
    const { writer } = newWriter();
    const gated = newGatedKind();
    const done = [writer.submit(gated.kind, input(0, 'c'))];
    await turn();
    for (const n of [1, 2, 3]) {
      done.push(writer.submit(gated.kind, input(n, 'c')));
      // oxlint-disable-next-line no-await-in-loop
      await turn();
    }
    expect(gated.batches).toEqual([[0]]);
    gated.commit();
    await expect.poll(() => gated.batches).toEqual([[0], [1, 2, 3]]);
    gated.commit();
    expect(await Promise.all(done)).toEqual([0, 1, 2, 3]);
  });

  test('another conversation does not wait', async () => {
    const { writer } = newWriter();
    const gated = newGatedKind();
    const slow = writer.submit(gated.kind, input(0, 'slow'));
    await turn();
    const { kind } = newKind();
    expect(await writer.submit(kind, input(1, 'other'))).toBe(1);
    gated.commit();
    expect(await slow).toBe(0);
  });
});

/** A writer in a time that stands still. */
function newPacedWriter() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const { writer } = newWriter();
  const gated = newGatedKind();
  const submit = async (from: number, count: number) => {
    void submitAll(
      writer,
      gated.kind,
      range(count).map((i) => input(from + i)),
    );
    await turn();
  };
  return { gated, submit };
}

describe('beside a batch that runs', () => {
  test('a small one waits for a gap, and no longer', async () => {
    const { gated, submit } = newPacedWriter();
    await submit(0, 1);
    await submit(1, 1);
    await vi.advanceTimersByTimeAsync(3);
    expect(gated.batches).toEqual([[0]]);
    await vi.advanceTimersByTimeAsync(1);
    expect(gated.batches).toEqual([[0], [1]]);
  });

  test('one of 128 rows does not wait', async () => {
    const { gated, submit } = newPacedWriter();
    await submit(0, 1);
    await submit(1, 127);
    expect(gated.batches).toHaveLength(1);
    await submit(128, 1);
    expect(gated.batches.map(({ length }) => length)).toEqual([1, 128]);
  });

  test('no third one starts when many rows are queued', async () => {
    const { gated, submit } = newPacedWriter();
    await submit(0, 1);
    await submit(1, 128);
    await submit(200, 500);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(gated.batches).toHaveLength(2);
    gated.commit();
    await turn();
    expect(gated.batches.map(({ length }) => length)).toEqual([1, 128, 500]);
  });
});

describe('the same key', () => {
  test('never shares a batch', async () => {
    const { writer } = newWriter();
    const { kind, batches } = newKind();
    await submitAll(writer, kind, [
      input(0, 'c', 'k'),
      input(1, 'd', 'other'),
      input(2, 'c', 'k'),
      input(3, 'c', 'k'),
    ]);
    expect(batches).toEqual([[0, 1], [2], [3]]);
  });

  test('without a key nothing is the same', async () => {
    const { writer } = newWriter();
    const { kind, batches } = newKind();
    await submitAll(writer, kind, [input(0, 'c'), input(1, 'c')]);
    expect(batches).toHaveLength(1);
  });
});

describe('the order within a conversation', () => {
  test('holds when an earlier change must wait for its key', async () => {
    const { writer } = newWriter();
    const { kind, batches } = newKind();
    await submitAll(writer, kind, [
      input(0, 'c', 'k'),
      input(1, 'c', 'k'),
      input(2, 'c', 'free'),
      input(3, 'd', 'free too'),
    ]);
    expect(batches).toEqual([
      [0, 3],
      [1, 2],
    ]);
  });

  test('holds between kinds', async () => {
    const { writer } = newWriter();
    const order: string[] = [];
    const note: (name: string) => Run = (name) => (inputs) => {
      order.push(...numbers(inputs).map((n) => `${name} ${n}`));
      return Promise.resolve(numbers(inputs));
    };
    const send = newKind(note('send'), 'send').kind;
    const read = newKind(note('read'), 'read').kind;
    await Promise.all([
      writer.submit(send, input(0, 'c')),
      writer.submit(read, input(1, 'c')),
      writer.submit(send, input(2, 'c')),
      writer.submit(send, input(3, 'd')),
    ]);
    expect(order.filter((one) => !one.endsWith('3'))).toEqual(['send 0', 'read 1', 'send 2']);
  });

  test('holds with many conversations, keys and kinds, whatever commits first', async () => {
    const { writer } = newWriter();
    const committed = new Map<string, number[]>();
    const running = new Set<string>();
    let turns = 0;
    const run: Run = async (inputs) => {
      const here = new Set(inputs.map((one) => one.conversationId));
      for (const id of here) {
        expect(running.has(id)).toBe(false);
        running.add(id);
      }
      const keys = inputs.flatMap((one) => (one.key === undefined ? [] : [one.key]));
      expect(new Set(keys).size).toBe(keys.length);
      turns += 1;
      // oxlint-disable-next-line no-await-in-loop
      for (let i = turns % 5; i > 0; i -= 1) await turn();
      for (const { conversationId, n } of inputs) {
        committed.set(conversationId, [...(committed.get(conversationId) ?? []), n]);
      }
      for (const id of here) running.delete(id);
      return numbers(inputs);
    };
    const kinds = ['a', 'b', 'c'].map((name) => newKind(run, name).kind);
    const done = range(3_000).map((n) =>
      writer.submit(kinds[(n * 7) % 3]!, input(n, `c${(n * 13) % 37}`, `k${(n * 31) % 211}`)),
    );
    expect(await Promise.all(done)).toEqual(range(3_000));
    for (const ns of committed.values()) expect(ns).toEqual(ns.toSorted((x, y) => x - y));
    expect([...committed.values()].flat()).toHaveLength(3_000);
  });
});

describe('errors', () => {
  test("one row's ProtocolError is its own", async () => {
    const { writer } = newWriter();
    const refused = notAuthorized();
    const { kind, batches } = newKind((inputs) =>
      Promise.resolve(inputs.map(({ n }) => (n === 1 ? refused : n))),
    );
    const results = await Promise.allSettled(range(3).map((n) => writer.submit(kind, input(n))));
    expect(results).toEqual([
      { status: 'fulfilled', value: 0 },
      { status: 'rejected', reason: refused },
      { status: 'fulfilled', value: 2 },
    ]);
    expect(batches).toHaveLength(1);
  });

  test.each(['40001', '40P01', '23505'])('%s is tried again, with the same rows', async (code) => {
    const { writer } = newWriter();
    let failures = 2;
    const { kind, batches } = newKind((inputs) => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(sqlError(code)) : Promise.resolve(numbers(inputs));
    });
    expect(await submitAll(writer, kind, [input(0), input(1)])).toEqual([0, 1]);
    expect(batches).toEqual([
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
  });

  test('but not for ever', async () => {
    const { writer } = newWriter();
    const { kind, batches } = newKind(() => Promise.reject(sqlError('40001')));
    await expect(writer.submit(kind, input(0))).rejects.toMatchObject({ code: 'unavailable' });
    expect(batches.length).toBeLessThanOrEqual(10);
    await writer.settled();
  });

  test.each(['22021', '23514'])('%s, the data of one row, fails that row alone', async (code) => {
    const { writer } = newWriter();
    const { kind, batches } = newKind((inputs) =>
      numbers(inputs).includes(2)
        ? Promise.reject(sqlError(code))
        : Promise.resolve(numbers(inputs)),
    );
    const results = await Promise.allSettled(
      range(5).map((n) => writer.submit(kind, input(n, 'c'))),
    );
    expect(results.map((result) => result.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    // One by one, in their order.
    expect(batches).toEqual([[0, 1, 2, 3, 4], [0], [1], [2], [3], [4]]);
    expect((results[2] as PromiseRejectedResult).reason).toBeInstanceOf(ProtocolError);
  });

  test('anything else is unavailable to all of the batch, and the next one runs', async () => {
    const { writer, refused } = newWriter();
    let broken = true;
    const { kind, batches } = newKind((inputs) =>
      broken ? Promise.reject(new Error('connection lost')) : Promise.resolve(numbers(inputs)),
    );
    const results = await Promise.allSettled(range(3).map((n) => writer.submit(kind, input(n))));
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
    }
    expect(batches).toHaveLength(1);
    broken = false;
    expect(await writer.submit(kind, input(0))).toBe(0);
    expect(refused).toEqual([{ reason: 'failed', rows: 3 }]);
  });
});

describe('the queue', () => {
  test('refuses at once what it has no room for, and takes more when there is', async () => {
    const { writer, refused } = newWriter();
    const { kind } = newKind();
    const accepted = submitAll(
      writer,
      kind,
      range(10_000).map((n) => input(n)),
    );
    expect(writer.queued).toBe(10_000);
    const answer = await writer.submit(kind, input(10_000)).catch((error: unknown) => error);
    expect(answer).toMatchObject({
      code: 'unavailable',
      message: 'temporarily unavailable, retry',
    });
    expect(refused).toEqual([{ reason: 'full', rows: 1 }]);
    expect(await accepted).toEqual(range(10_000));
    expect(await writer.submit(kind, input(1))).toBe(1);
  });

  test('refuses what has waited for 5 s, and never writes it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { writer, refused } = newWriter();
    const gated = newGatedKind();
    const answers: unknown[] = [];
    const submit = (n: number) => {
      void writer
        .submit(gated.kind, input(n, 'c', 'k'))
        .catch((error: unknown) => error)
        .then((answer) => answers.push(answer));
    };
    submit(0);
    await turn();
    submit(1);
    await vi.advanceTimersByTimeAsync(2_000);
    submit(2);
    await vi.advanceTimersByTimeAsync(2_999);
    expect(answers).toEqual([]);
    await vi.advanceTimersByTimeAsync(2);
    expect(answers).toMatchObject([{ code: 'unavailable', retryAfterMs: 1_000 }]);
    expect(refused).toEqual([{ reason: 'expired', rows: 1 }]);
    // PostgreSQL answers after all.
    gated.commit();
    await turn();
    gated.commit();
    await turn();
    expect(answers.slice(1)).toEqual([0, 2]);
    expect(gated.batches).toEqual([[0], [2]]);
  });
});

describe('settled()', () => {
  test('resolves at once when there is nothing', async () => {
    const { writer } = newWriter();
    await expect(writer.settled()).resolves.toBeUndefined();
  });

  test('waits for what is queued and for what runs, to whoever asks', async () => {
    const { writer } = newWriter();
    const gated = newGatedKind();
    const done = submitAll(writer, gated.kind, [input(0, 'c', 'k'), input(1, 'c', 'k')]);
    let settled = 0;
    const asked = [writer.settled(), writer.settled()].map((one) => one.then(() => (settled += 1)));
    await turn();
    await turn();
    expect(settled).toBe(0);
    gated.commit();
    await expect.poll(() => gated.batches).toEqual([[0], [1]]);
    expect(settled).toBe(0);
    gated.commit();
    await Promise.all(asked);
    expect(settled).toBe(2);
    expect(await done).toEqual([0, 1]);
  });

  test('resolves after a failed batch too', async () => {
    const { writer } = newWriter();
    const { kind } = newKind(() => Promise.reject(new Error('away')));
    const refused = writer.submit(kind, input(0)).catch((error: unknown) => error);
    await writer.settled();
    expect(await refused).toMatchObject({ code: 'unavailable' });
  });
});
