/** Why, in words for an operator: pg and ioredis name hosts and reasons, never passwords. */
export function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join(', ');
  return error instanceof Error ? error.message : String(error);
}
