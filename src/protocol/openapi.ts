import type { z } from 'zod';
import { jsonSchema } from './json-schema.ts';
import { type Operation, chatOperations } from './operations.ts';
import { emailOperations } from './operations-email.ts';
import { peopleOperations } from './operations-people.ts';
import { problem } from './rest.ts';
import { PROTOCOL_VERSION } from './version.ts';

const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'A field or parameter is wrong; `detail` names it.',
  401: 'The token is missing, wrong or expired.',
  403: 'Not a party, or no such conversation: one answer for both. Not signed, where that is asked for.',
  409: 'In conflict with what is stored.',
  413: 'The content is above 4096 bytes, the body above 32 KiB, or the file above the limit.',
  415: 'The content type is not `application/json`.',
  422: 'Buyer and seller are the same.',
  429: 'Too many requests, messages, new conversations or files: retry after `retryAfterMs`.',
  503: 'Temporarily unavailable: retry.',
};

/** The REST API as OpenAPI 3.1, derived from the schemas that check it. */
export function openApiDocument(): Record<string, unknown> {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Parley',
      version: PROTOCOL_VERSION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ bearer: [] }],
    paths: mapValues({ ...chatOperations, ...peopleOperations, ...emailOperations }, (methods) =>
      mapValues(methods, describe),
    ),
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: { Problem: jsonSchema(problem, 'output') },
    },
  };
}

const describe = (operation: Operation) => ({
  operationId: operation.id,
  summary: operation.summary,
  ...(operation.isSignedWebhook && { security: [] }),
  parameters: [
    ...parameters(operation.path, 'path'),
    ...parameters(operation.query, 'query'),
    ...(operation.isSignedWebhook ? SIGNATURE : []),
  ],
  ...(operation.body === undefined
    ? {}
    : {
        requestBody: {
          required: true,
          content: { 'application/json': { schema: jsonSchema(operation.body, 'input') } },
        },
      }),
  responses: {
    ...mapValues(operation.answers, ([description, schema]) => ({
      description,
      ...(schema && { content: { 'application/json': { schema: jsonSchema(schema, 'output') } } }),
    })),
    ...Object.fromEntries(operation.errors.map((status) => [status, problemResponse(status)])),
  },
});

/** Standard Webhooks, "Webhook headers". */
const SIGNATURE = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => ({
  name,
  in: 'header',
  required: true,
  schema: { type: 'string' },
}));

const problemResponse = (status: number) => ({
  description: PROBLEMS[status],
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

function parameters(schema: z.ZodObject | undefined, place: 'path' | 'query') {
  if (schema === undefined) return [];
  return Object.entries(schema.shape).map(([name, field]) => ({
    name,
    in: place,
    required: place === 'path',
    schema: jsonSchema(field as z.ZodType, 'input'),
  }));
}

const mapValues = <T, U>(
  record: Readonly<Record<string, T>>,
  map: (value: T) => U,
): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
