import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** A DNS server that gives every name the same IPv4 addresses (RFC 1035). */
export interface NameServer extends AsyncDisposable {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  addresses: readonly string[];
}

const HEADER_BYTES = 12;
const TYPE_A = 1;
const CLASS_IN = 1;
/** An answer, recursion was desired and is available. */
const ANSWER_FLAGS = 0x8180;
/** Points to the name in the question. */
const NAME_POINTER = 0xc000 | HEADER_BYTES;

export async function startNameServer(addresses: readonly string[]): Promise<NameServer> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const server: NameServer = {
    address: `127.0.0.1:${socket.address().port}`,
    addresses,
    async [Symbol.asyncDispose]() {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
  socket.on('message', (query, from) => socket.send(answer(query, server.addresses), from.port));
  return server;
}

function answer(query: Buffer, addresses: readonly string[]): Buffer {
  const questionEnd = query.indexOf(0, HEADER_BYTES) + 5;
  const type = query.readUInt16BE(questionEnd - 4);
  const records = type === TYPE_A ? addresses.map(record) : [];
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(query.readUInt16BE(0), 0);
  header.writeUInt16BE(ANSWER_FLAGS, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, query.subarray(HEADER_BYTES, questionEnd), ...records]);
}

function record(address: string): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16BE(NAME_POINTER, 0);
  bytes.writeUInt16BE(TYPE_A, 2);
  bytes.writeUInt16BE(CLASS_IN, 4);
  bytes.writeUInt32BE(0, 6);
  bytes.writeUInt16BE(4, 10);
  bytes.set(address.split('.').map(Number), 12);
  return bytes;
}
