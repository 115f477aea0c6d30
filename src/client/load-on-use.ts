import { ParleyError } from './errors.ts';

/** @throws {ParleyError} `network`; the next one tries again */
export const loadOnUse = (): Promise<typeof import('./on-use.ts')> =>
  import('./on-use.ts').catch((cause: unknown) => {
    throw new ParleyError('network', 'a part of the client could not be loaded', { cause });
  });
