import type { Pool } from 'pg';
import type { ProtocolError } from '../protocol/errors.ts';

/**
 * One kind of change and its statement. `run` gets the rows of one batch and answers each of them, in their order: with
 * its result, or with the error that row alone gets.
 */
export interface WriteKind<I extends { readonly conversationId: string }, O> {
  readonly name: string;
  /** Two inputs with the same key never share a batch: the later one must see what the earlier one did. */
  key(input: I): string | undefined;
  run(pool: Pool, inputs: readonly I[]): Promise<readonly (O | ProtocolError)[]>;
}
