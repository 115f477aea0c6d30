import { clientMessages } from './client-messages.ts';
import { jsonSchema } from './json-schema.ts';
import { serverMessages } from './server-messages.ts';
import { PROTOCOL_VERSION } from './version.ts';

const refs = (names: readonly string[], prefix: string) =>
  names.map((name) => ({ $ref: `${prefix}/${name}` }));

/** The WebSocket protocol as AsyncAPI 3.0, derived from the schemas that check it. */
export function asyncApiDocument(): Record<string, unknown> {
  const received = Object.entries(clientMessages).map(([name, schema]) => [
    name,
    message(name, jsonSchema(schema, 'input')),
  ]);
  const sent = Object.entries(serverMessages).map(([name, schema]) => [
    name,
    message(name, jsonSchema(schema, 'output')),
  ]);
  const channel = '#/channels/chat/messages';
  return {
    asyncapi: '3.0.0',
    info: { title: 'Parley', version: PROTOCOL_VERSION, license: { name: 'Apache-2.0' } },
    defaultContentType: 'application/json',
    channels: {
      chat: {
        address: '/ws',
        description:
          'One WebSocket for each device of a user. Token: `Authorization: Bearer`, `Sec-WebSocket-Protocol: parley.v1, bearer.<jwt>`, cookie `parley_token` or `?token=`.',
        messages: Object.fromEntries(
          [...received, ...sent].map(([name]) => [
            name,
            { $ref: `#/components/messages/${String(name)}` },
          ]),
        ),
        bindings: { ws: { method: 'GET' } },
      },
    },
    operations: {
      receive: {
        action: 'receive',
        summary: 'What a client may send.',
        channel: { $ref: '#/channels/chat' },
        messages: refs(Object.keys(clientMessages), channel),
      },
      send: {
        action: 'send',
        summary: 'What the server sends.',
        channel: { $ref: '#/channels/chat' },
        messages: refs(Object.keys(serverMessages), channel),
      },
    },
    components: { messages: Object.fromEntries([...received, ...sent]) },
  };
}

const message = (name: string, payload: Record<string, unknown>) => ({ name, payload });
