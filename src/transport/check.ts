import type { z } from 'zod';
import { toInvalidMessage } from '../protocol/parse.ts';

/** @throws ProtocolError that names the first wrong field */
export function check<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (!result.success) throw toInvalidMessage(result.error);
  return result.data;
}
