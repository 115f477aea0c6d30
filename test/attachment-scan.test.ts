import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { Disposer } from '../src/lib/disposer.ts';
import { type Parties, Stage } from './support/attachments.ts';
import { CLAMD_MISSING, Clamd, EICAR } from './support/clamd.ts';

const closing = new Disposer();
afterAll(() => closing[Symbol.asyncDispose]());

const clamd = await Clamd.start(2_000_000);
if (clamd === undefined) console.log(`the tests of ClamAV did not run: ${CLAMD_MISSING}`);
else closing.defer(() => clamd[Symbol.asyncDispose]());

const finish = (stage: Stage, { conversationId, buyerId }: Parties, id: string) =>
  stage.attachments.finish(conversationId, buyerId, [id]);

describe.skipIf(clamd === undefined)('attachments that ClamAV looks at', () => {
  const scanner = clamd as Clamd;
  const open = async (): Promise<{ stage: Stage; parties: Parties }> => {
    const stage = await Stage.open({ settings: { clamd: scanner.address } });
    closing.defer(() => stage[Symbol.asyncDispose]());
    return { stage, parties: await stage.conversation() };
  };

  test('clean ones are as always', async () => {
    const { stage, parties } = await open();
    const bytes = randomBytes(1_500_000);
    const id = await stage.upload(parties, bytes, 'a/b');
    const [shown] = await finish(stage, parties, id);
    expect((await stage.download(shown?.url ?? '')).bytes.equals(bytes)).toBe(true);
  });

  test.each([
    ['alone', EICAR],
    ['in the midst of others', Buffer.concat([randomBytes(300_000), EICAR, randomBytes(300_000)])],
  ])('a virus, %s, is refused, and nothing of it stays', async (_, bytes) => {
    const { stage, parties } = await open();
    const id = await stage.upload(parties, bytes, 'text/plain');
    await expect(finish(stage, parties, id)).rejects.toMatchObject({
      code: 'invalid_message',
      message: 'the file is harmful: a virus was found in it',
    });
    expect(await stage.files()).toEqual([]);
    await expect(finish(stage, parties, id)).rejects.toMatchObject({ code: 'conflict' });
    expect(stage.log.join('')).toContain('Parley.Test.Eicar');
  });

  test('while it is away nothing is shown, and nothing lost', async () => {
    const { stage, parties } = await open();
    const id = await stage.upload(parties, Buffer.from('harmless'), 'text/plain');
    await scanner.stop();
    await expect(finish(stage, parties, id)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(
      stage.attachments.get(parties.conversationId, parties.buyerId, id),
    ).rejects.toMatchObject({ code: 'conflict' });
    expect(stage.log.join('')).toContain('clamd (CLAMAV_URL): ECONNREFUSED');
    await scanner.startAgain();
    expect(await finish(stage, parties, id)).toMatchObject([{ id, contentType: 'text/plain' }]);
  });

  test('when it takes less than we do, the operator hears how to mend it', async () => {
    const { stage, parties } = await open();
    const id = await stage.upload(parties, randomBytes(3_000_000), 'a/b');
    await expect(finish(stage, parties, id)).rejects.toMatchObject({ code: 'unavailable' });
    expect(stage.log.join('')).toContain('StreamMaxLength');
  });
});
