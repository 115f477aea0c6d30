import { z } from 'zod';

/** A schema as JSON Schema (draft 2020-12). `input` is what a client may send, `output` what it gets. */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
  });
  return io === 'output' ? open(rest) : rest;
}

/** Clients must expect fields that a later version adds. */
function open(node: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(node, (key, value: unknown) =>
      key === 'additionalProperties' ? undefined : value,
    ),
  );
}
