import type { ParleyClient } from '../../client/types.ts';
import type { Directory } from './directory.ts';
import type { Strings } from './strings/strings.ts';

/** What every part of the inbox is given. Another language or another client is another object. */
export interface InboxContext {
  readonly client: ParleyClient;
  readonly directory: Directory;
  readonly strings: Strings;
  /** BCP 47, for Intl. */
  readonly locale: string;
}
