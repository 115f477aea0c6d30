import type { z } from 'zod';
import { clientMessages } from './client-messages.ts';
import { jsonSchema } from './json-schema.ts';
import { serverMessages } from './server-messages.ts';
import { PROTOCOL_VERSION } from './version.ts';

const refs = (names: readonly string[], prefix: string) =>
  names.map((name) => ({ $ref: `${prefix}/${name}` }));

/** The WebSocket protocol as AsyncAPI 3.0, derived from the schemas that check it. */
export function asyncApiDocument(): Record<string, unknown> {
  const messages = {
    ...describe(clientMessages, 'input'),
    ...describe(serverMessages, 'output'),
  };
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
          Object.keys(messages).map((name) => [name, { $ref: `#/components/messages/${name}` }]),
        ),
        bindings: {
          ws: {
            method: 'GET',
            query: {
              type: 'object',
              properties: {
                token: { type: 'string' },
                cursor: {
                  type: 'string',
                  description: 'Of an earlier socket: what was missed since then comes first.',
                },
              },
            },
          },
        },
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
    components: { messages },
  };
}

const describe = (schemas: Readonly<Record<string, z.ZodType>>, io: 'input' | 'output') =>
  Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      { name, payload: jsonSchema(schema, io) },
    ]),
  );
