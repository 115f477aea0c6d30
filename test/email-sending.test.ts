import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import net from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { EmailJob } from '../src/email/digest.ts';
import { openJobs } from '../src/jobs/jobs.ts';
import type { Done, Job, Queue } from '../src/jobs/queue.ts';
import { startScan } from '../src/jobs/scan.ts';
import { transaction } from '../src/jobs/transaction.ts';
import type { Disposer } from '../src/lib/disposer.ts';
import { remindQueue } from '../src/reminders/remind-queue.ts';
import { remindScan } from '../src/reminders/remind-scan.ts';
import { makeCertificates } from './support/certificates.ts';
import {
  Talk,
  digest,
  emailTests,
  writtenSecrets,
  log,
  logger,
  openQueue,
  run,
  stage,
} from './support/email.ts';
import { MailServer, SMTP_LOGIN } from './support/mail-server.ts';

emailTests();

const retried = (done: Done<EmailJob>): number => {
  expect(done.retries).toHaveLength(1);
  return done.retries[0]?.afterMs ?? 0;
};

/** Works as a worker does; what is to be tried again is soon. */
async function work(queue: Queue<EmailJob>, items: readonly EmailJob[], disposer: Disposer) {
  const jobs = await openJobs(stage.database.pool, logger, disposer);
  jobs.work({
    ...queue,
    async run(batch: readonly Job<EmailJob>[]) {
      const done = await queue.run(batch);
      return { ...done, retries: done.retries.map(({ job }) => ({ job, afterMs: 100 })) };
    },
  });
  await transaction(stage.database.pool, (tx) => jobs.add(tx, 'email', items));
  return () => jobs.waiting().then(({ email }) => email);
}

describe('a server', () => {
  test('that takes it later is asked again, ever more rarely, for a day', async () => {
    const talk = await Talk.begin();
    await talk.write('Hello');
    const { queue, outcomes } = openQueue();
    for (const [attempt, maxMs] of [
      [0, 30_000],
      [1, 60_000],
      [6, 1_920_000],
      [7, 3_600_000],
      [50, 3_600_000],
    ] as const) {
      stage.server.refusals.push(451);
      const afterMs = retried(await run(queue, talk.job(1), attempt));
      expect(afterMs).toBeGreaterThanOrEqual(maxMs / 2);
      expect(afterMs).toBeLessThanOrEqual(maxMs);
    }
    stage.server.refusals.push(452);
    expect(await run(queue, talk.job(1), 9, Date.now() - 86_400_000)).toEqual({ retries: [] });
    expect(await run(queue, talk.job(1), 1)).toEqual({ retries: [] });
    expect(outcomes).toEqual([...Array<string>(5).fill('retried'), 'given_up', 'sent']);
    expect(talk.received).toHaveLength(1);
    expect(log.join('')).toMatch(/"reason":"EENVELOPE 452[^"]*","msg":"an e-mail was given up"/);
  });

  test.each([550, 551, 553, 554, 501])('that answers %i is not asked again', async (code) => {
    const talk = await Talk.begin();
    await talk.write('Hello');
    const { queue, outcomes } = openQueue();
    stage.server.refusals.push(code);
    expect(await run(queue, talk.job(1))).toEqual({ retries: [] });
    expect(outcomes).toEqual(['refused']);
    expect(talk.received).toEqual([]);
    expect(log.at(-1)).toMatch(
      new RegExp(`"reason":"EENVELOPE ${code}[^"]*","msg":"an e-mail was refused"`),
    );
    // The next one may get through.
    await talk.write('Are you there?');
    await run(queue, talk.job(2, 1));
    expect(talk.received).toHaveLength(1);
  });

  test('is logged in to, and a wrong password is the operator’s to put right', async () => {
    const talk = await Talk.begin();
    await talk.write('Hello');
    const wrong = new URL(stage.server.url);
    wrong.password = 'another-password';
    const { queue, outcomes } = openQueue({ url: wrong.href });
    retried(await run(queue, talk.job(1)));
    expect(outcomes).toEqual(['retried']);
    await digest(talk, talk.job(1));
    expect(stage.server.logins).toContain(`${SMTP_LOGIN.user}:${SMTP_LOGIN.password}`);
  });

  test('that says nothing is not waited for for long, and then left alone for a while', async () => {
    const silentServer = net.createServer();
    silentServer.listen(0, '127.0.0.1');
    await once(silentServer, 'listening');
    onTestFinished(() => void silentServer.close());
    const sockets = new Set<net.Socket>();
    silentServer.on('connection', (socket) => sockets.add(socket));
    onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
    const talk = await Talk.begin();
    await talk.write('Hello');
    const { port } = silentServer.address() as net.AddressInfo;
    const { queue } = openQueue({ url: `smtp://127.0.0.1:${port}` });
    const begun = performance.now();
    const jobs = Array.from({ length: 5 }, () => ({
      item: talk.job(1),
      attempt: 0,
      since: Date.now(),
    }));
    expect(queue.isResting?.()).toBe(false);
    expect((await queue.run(jobs)).retries).toHaveLength(5);
    expect(performance.now() - begun).toBeLessThan(20_000);
    expect(queue.isResting?.()).toBe(true);
  });

  test('of smtps:// must be who it says', async () => {
    const { folder, cert, key } = await makeCertificates('mail.shop.example');
    onTestFinished(() => rm(folder, { recursive: true }));
    const [certPem, keyPem] = await Promise.all([readFile(cert), readFile(key)]);
    const secure = await MailServer.open({ secure: true, cert: certPem, key: keyPem });
    onTestFinished(() => secure.close());
    const talk = await Talk.begin();
    await talk.write('Hello');
    const { queue } = openQueue({ url: secure.url });
    retried(await run(queue, talk.job(1)));
    expect(secure.received).toEqual([]);
    expect(secure.logins).toEqual([]);
    const trusting = openQueue({ url: `${secure.url}/?tls.rejectUnauthorized=false` });
    expect(await run(trusting.queue, talk.job(1))).toEqual({ retries: [] });
    expect(secure.received).toHaveLength(1);
  });
});

describe('the queue', () => {
  test('sends when the server is back', async () => {
    const talks = await Promise.all([Talk.begin(), Talk.begin()]);
    for (const talk of talks) await talk.write('Hello');
    const away = await MailServer.open();
    const { url, port } = away;
    await away.close();
    const { queue, outcomes, disposer } = openQueue({ url });
    const waiting = await work(
      queue,
      talks.map((talk) => talk.job(1)),
      disposer,
    );
    await expect.poll(() => outcomes.filter((one) => one === 'retried').length).toBeGreaterThan(3);
    const back = await MailServer.open({}, port);
    onTestFinished(() => back.close());
    await expect.poll(() => back.received.length, { timeout: 20_000 }).toBe(2);
    await expect.poll(waiting).toBe(0);
    expect(back.received.flatMap(({ to }) => to).toSorted()).toEqual(
      talks.map(({ address }) => address).toSorted(),
    );
    expect(log.join('')).toContain('"reason":"ESOCKET ECONNREFUSED"');
  });

  test('sends the others when one cannot be made', async () => {
    const talk = await Talk.begin();
    await talk.write('Hello');
    const { queue, outcomes } = openQueue();
    const jobs = [{ ...talk.job(1), userId: 'nobody' }, talk.job(1)].map((item) => ({
      item,
      attempt: 0,
      since: Date.now(),
    }));
    expect(await queue.run(jobs)).toMatchObject({ retries: [{ job: jobs[0] }] });
    expect(outcomes.toSorted()).toEqual(['retried', 'sent']);
    expect(talk.received).toHaveLength(1);
    const old = { ...jobs[0]!, since: Date.now() - 86_400_000 };
    expect(await queue.run([old])).toEqual({ retries: [] });
  });

  test('tells once of what stays unread, and again of what is new', async () => {
    const { queue, disposer } = openQueue();
    const jobs = await openJobs(stage.database.pool, logger, disposer);
    jobs.work(queue);
    jobs.work(remindQueue({ hasEmail: true, hasWebhook: false, jobs }));
    const scan = remindScan({ remindAfterMs: 1_500, hasWebhook: false });
    await startScan(scan, { pool: stage.database.pool, jobs, logger }, disposer);
    const [talk, reading] = await Promise.all([Talk.begin(), Talk.begin()]);
    for (const content of ['one', 'two', 'three']) await talk.write(content);
    const { id } = await reading.write('Hello');
    await reading.call(reading.buyer, 'POST', '/read', { messageId: id });
    const subjects = () => talk.received.map(({ mail }) => mail.subject);
    await expect.poll(subjects, { timeout: 20_000 }).toEqual(['3 new messages from Ann']);
    await talk.write('four');
    await expect
      .poll(subjects, { timeout: 20_000 })
      .toEqual(['3 new messages from Ann', 'New message from Ann']);
    expect(talk.received[1]?.mail.text).not.toContain('three');
    expect(reading.received).toEqual([]);
  });

  test('sends the same mail again after a death between sending and recording', async () => {
    const talk = await Talk.begin();
    await talk.write('Hello');
    const { queue, disposer } = openQueue();
    let deaths = 0;
    const dying: Queue<EmailJob> = {
      ...queue,
      async run(batch: readonly Job<EmailJob>[]) {
        const done = await queue.run(batch);
        deaths += 1;
        if (deaths === 1) throw new Error('died before it was recorded');
        return done;
      },
    };
    const waiting = await work(dying, [talk.job(1)], disposer);
    await expect.poll(() => talk.received.length, { timeout: 20_000 }).toBe(2);
    await expect.poll(waiting).toBe(0);
    const [first, second] = talk.received;
    expect(second?.mail.messageId).toBe(first?.mail.messageId);
    expect(second?.mail.messageId).toContain(talk.id);
    expect(second?.mail.text).toBe(first?.mail.text);
  });
});

test('nothing secret is in a log', () => {
  expect(writtenSecrets('another-password', 'is not here')).toEqual([]);
});
