import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { clientMessages } from './client-messages.ts';
import { jsonSchema } from './json-schema.ts';
import { openApiDocument } from './openapi.ts';
import { serverMessages } from './server-messages.ts';
import { PROTOCOL_VERSION } from './version.ts';

/** What the wire is at this version. Only ever added to, together with `PROTOCOL_VERSION`. */
const PINNED = {
  version: '1.4.0',
  messages: '50419c1e966b5ebfb0cb80565d84bc0d8a43df983539fbaf6fa9137f3a5ac5d0',
  openApi: 'c09c7bd3c3b528e329250260c2383ef3a69b7548d2f9a07dee6ffe16d47aedcb',
};

const WHAT_TO_DO =
  'The wire has changed. Was it meant to? Then take nothing away that is marked seed in docs/protocol.md, raise ' +
  'PROTOCOL_VERSION in src/protocol/version.ts, describe the change in docs/protocol.md, and pin the version and ' +
  'the hashes that this test shows in PINNED above.';

const sha256 = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex');

test('the wire is the one this version promises', () => {
  const schemas = {
    client: Object.entries(clientMessages).map(([type, schema]) => [
      type,
      jsonSchema(schema, 'input'),
    ]),
    server: Object.entries(serverMessages).map(([type, schema]) => [
      type,
      jsonSchema(schema, 'output'),
    ]),
  };
  // The version is hashed by itself: in the document it would hide what else changed.
  const { info: _, ...openApi } = openApiDocument();
  const now = { version: PROTOCOL_VERSION, messages: sha256(schemas), openApi: sha256(openApi) };
  // oxlint-disable-next-line vitest/valid-expect
  expect(now, WHAT_TO_DO).toEqual(PINNED);
});

test('each message names its own type', () => {
  for (const [type, schema] of Object.entries({ ...clientMessages, ...serverMessages })) {
    expect(schema.shape.type.value).toBe(type);
  }
});

test('the seed messages are all there', () => {
  expect(Object.keys(clientMessages)).toEqual(
    expect.arrayContaining(['send_message', 'typing', 'mark_read']),
  );
  expect(Object.keys(serverMessages)).toEqual(
    expect.arrayContaining(['new_message', 'typing_notify', 'read_receipt', 'error']),
  );
});
