import type { Config } from '../config.ts';
import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import type { AuthConfig } from './authenticate.ts';
import { type KeyStore, openKeySet } from './key-set.ts';
import { generatedSecret } from './secret.ts';

export interface AuthParts {
  /** Where development keeps its secret. */
  readonly stateDir: string;
  readonly keyStore: KeyStore;
  readonly logger: Logger;
}

/** @throws {StartupError} when no token could be verified */
export async function openAuth(
  config: Config['auth'],
  { stateDir, keyStore, logger }: AuthParts,
  disposer: Disposer,
): Promise<AuthConfig> {
  switch (config.kind) {
    case 'secret':
      return config;
    case 'generated':
      return {
        ...config,
        kind: 'secret',
        secret: await generatedSecret(stateDir),
        previousSecret: undefined,
      };
    case 'jwks':
      return { ...config, keys: await openKeySet(config.url, keyStore, logger, disposer) };
  }
}
