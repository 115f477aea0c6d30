import type { Bench } from '../bench.ts';
import { type Dataset, conversationId, userId } from '../dataset.ts';
import { Generator } from '../generator/generator.ts';
import type { Uploaded } from '../generator/uploading.ts';
import { connectChat, evenNumbers, pairsOf } from '../rows/chat.ts';
import { startParley } from '../systems.ts';
import { type LoadResult, measureLoad } from './load.ts';
import { forgetPeakRss, peakRssKb, rssKb } from './proc.ts';

export interface UploadsOptions {
  readonly totalBytes: number;
  readonly parallel: number;
  /** Messages a second beside them. */
  readonly chatRate: number;
}

export interface UploadsResult {
  readonly uploaded: Uploaded;
  /** Of the messages beside them, and of as many just before. */
  readonly chat: LoadResult;
  readonly chatAlone: LoadResult;
  /** How much more memory each node had at the worst moment than when it had just begun, in MB. What decodes pictures is a process of its own. */
  readonly growthMb: readonly number[];
}

/** The first 200 pairs chat, the other 50 send files. */
const PEOPLE: Dataset = { users: 500, rounds: 1, messages: 0 };
const CHATTING = 400;
const WARM_MS = 3_000;
const ALONE_MS = 4_000;
const WARM_FILES = 10;
const BYTES_PER_MB = 1_000_000;

/** Uploads through two nodes that were just started, with their files on the disk here, while others chat on both. */
export async function measureUploads(
  bench: Bench,
  { totalBytes, parallel, chatRate }: UploadsOptions,
): Promise<UploadsResult> {
  const url = await bench.database(PEOPLE);
  await using chat = await connectChat(
    await startParley(bench.services, url),
    pairsOf(PEOPLE, evenNumbers(CHATTING)),
  );
  await using sender = await Generator.start();
  await sender.call('prepareUploads', totalBytes);
  const { system } = chat;
  const { nodes } = system.processes;
  const senders = evenNumbers(PEOPLE.users)
    .filter((buyer) => buyer >= CHATTING)
    .map((buyer) => ({ userId: userId(buyer), conversationId: conversationId(PEOPLE, buyer, 0) }));
  const { ports, secret } = system;
  const before = nodes.map(rssKb);
  nodes.forEach(forgetPeakRss);
  // What a node does for the first time takes longer, and those who chat share two cores with it.
  await sender.call('upload', { ports, secret, senders, parallel, count: WARM_FILES });
  let uploaded: Uploaded | undefined;
  const talk = (measureMs: number | (() => Promise<void>)): Promise<LoadResult> =>
    measureLoad(
      chat.generator,
      // Files are sent in messages, too: only deliveries can be counted.
      { ...system, countPersisted: undefined },
      { load: { kind: 'open', rate: chatRate }, warmMs: WARM_MS, measureMs },
    );
  const chatAlone = await talk(ALONE_MS);
  const result = await talk(async () => {
    uploaded = await sender.call('upload', { ports, secret, senders, parallel });
  });
  if (uploaded === undefined) throw new Error('nothing was uploaded');
  const growthMb = nodes.map(
    (pid, i) => ((peakRssKb(pid) - (before[i] ?? 0)) * 1_024) / BYTES_PER_MB,
  );
  return { uploaded, chat: result, chatAlone, growthMb };
}
