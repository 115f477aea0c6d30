import { expect, test } from 'vitest';
import { FrameParser } from './frame-parser.ts';

interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

const TEXT = 1;
const PING = 9;

/** As a server sends it: unmasked, the length in 7, 16 or 64 bits. RFC 6455, section 5.2. */
function encode({ opcode, payload }: Frame): Buffer {
  const { length } = payload;
  const size = length < 126 ? length : length < 65_536 ? 126 : 127;
  const extended = Buffer.alloc(size === 126 ? 2 : size === 127 ? 8 : 0);
  if (size === 126) extended.writeUInt16BE(length);
  if (size === 127) extended.writeBigUInt64BE(BigInt(length));
  return Buffer.concat([Buffer.from([0x80 | opcode, size]), extended, payload]);
}

/** No two bytes that follow each other are alike, nor do two frames begin alike. */
const frame = (length: number, opcode = TEXT): Frame => ({
  opcode,
  payload: Buffer.from(Array.from({ length }, (_, i) => (i * 7 + length) % 256)),
});

/** What comes out when the stream is cut there. Each chunk comes in the same buffer, as from a socket. */
function parse(stream: Buffer, cuts: readonly number[]): Frame[] {
  const frames: Frame[] = [];
  const parser = new FrameParser((opcode, bytes, start, end) =>
    frames.push({ opcode, payload: Buffer.from(bytes.subarray(start, end)) }),
  );
  const shared = Buffer.alloc(stream.length + 1);
  const ends = [...cuts, stream.length];
  for (const [i, end] of ends.entries()) {
    shared.fill(0xff);
    const length = stream.copy(shared, 0, cuts[i - 1] ?? 0, end);
    parser.push(shared, length);
  }
  return frames;
}

const streamOf = (frames: readonly Frame[]): Buffer => Buffer.concat(frames.map(encode));

/** Those of the cuts after which something else came out than was sent. */
function wrongCuts(frames: readonly Frame[], cuts: readonly number[][]): readonly number[][] {
  const stream = streamOf(frames);
  return cuts.filter((each) => !areSame(parse(stream, each), frames));
}

/** `toEqual` takes seconds for so many bytes. */
const areSame = (a: readonly Frame[], b: readonly Frame[]): boolean =>
  a.length === b.length &&
  a.every(({ opcode, payload }, i) => opcode === b[i]?.opcode && payload.equals(b[i].payload));

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const SMALL = [frame(3), frame(0, PING), frame(1), frame(125), frame(126), frame(200)];

test('frames come as they were sent, in two chunks cut anywhere', () => {
  const cuts = upTo(streamOf(SMALL).length + 1).map((cut) => [cut]);
  expect(wrongCuts(SMALL, cuts)).toEqual([]);
});

test('in three chunks cut anywhere', () => {
  const frames = [frame(2), frame(0, PING), frame(126), frame(4)];
  const places = upTo(streamOf(frames).length + 1);
  const cuts = places.flatMap((first) => places.slice(first).map((second) => [first, second]));
  expect(wrongCuts(frames, cuts)).toEqual([]);
});

test('byte by byte', () => {
  expect(wrongCuts(SMALL, [upTo(streamOf(SMALL).length)])).toEqual([]);
});

test.each([125, 126, 65_535, 65_536, 70_000])(
  'a frame of %i bytes, cut anywhere in its head, or about its end',
  (length) => {
    const frames = [frame(length), frame(5)];
    const end = streamOf(frames).length;
    const cuts = upTo(12).flatMap((i) => [[i], [end - i]]);
    expect(wrongCuts(frames, cuts)).toEqual([]);
  },
);

test('what is not complete is not told of', () => {
  const stream = encode(frame(300));
  for (const length of upTo(stream.length))
    expect(parse(stream.subarray(0, length), [])).toHaveLength(0);
});
