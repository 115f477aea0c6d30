import {
  type ExportedJWKSCache,
  type JSONWebKeySet,
  type JWKSCacheInput,
  type JWTVerifyGetKey,
  type FetchImplementation,
  createRemoteJWKSet,
  customFetch,
  jwksCache,
} from 'jose';
import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import { reason } from '../lib/reason.ts';
import { StartupError } from '../lib/startup-error.ts';

/** Where the keys stay while no node runs. */
export interface KeyStore {
  /** The last keys from this URL. */
  read(url: string): Promise<ExportedJWKSCache | undefined>;
  write(url: string, keys: ExportedJWKSCache): Promise<void>;
}

/** How often the keys are fetched again, in milliseconds: for so long one that was taken back may still be accepted. */
const REFRESH_MS = 600_000;
/** How long the identity provider may be away before its keys are not believed any more, in milliseconds. */
const MAX_AGE_MS = 24 * 3_600_000;
const FETCH_TIMEOUT_MS = 5_000;
/** An unknown `kid` fetches the set again, which is how keys rotate; at most once in so many milliseconds. */
const COOLDOWN_MS = 5_000;
/** What RS256, ES256 and EdDSA are verified with (RFC 7518, section 6.1; RFC 8037). */
const KEY_TYPES = new Set(['RSA', 'EC', 'OKP']);

/**
 * The keys of a JWKS, kept up to date until `disposer` is through. An identity provider that is away keeps nobody out: the last
 * keys hold for a day, also for nodes that start meanwhile.
 *
 * @throws {StartupError} when there are none, neither at `url` nor kept: nobody's token could be verified
 */
export async function openKeySet(
  url: string,
  store: KeyStore,
  logger: Logger,
  disposer: Disposer,
): Promise<JWTVerifyGetKey> {
  // jose begins with what is in here, unless it is too old, and puts here what it fetches.
  const kept = await store.read(url).catch((error: unknown) => {
    // drizzle puts the whole statement around it.
    throw unusable(error instanceof Error ? (error.cause ?? error) : error);
  });
  const cache: JWKSCacheInput = kept ?? {};
  const keys = createRemoteJWKSet(new URL(url), {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: MAX_AGE_MS,
    [jwksCache]: cache,
    [customFetch]: createFetchKeys(),
  });
  const refresh = async (): Promise<void> => {
    await keys.reload();
    if (isFilled(cache)) await store.write(url, cache);
  };
  const goOn = (err: unknown): void =>
    logger.warn({ err }, 'the keys of JWKS_URL could not be renewed: those there are hold');

  await refresh().catch((error: unknown) => {
    if (!keys.fresh || !hasUsableKey(keys.jwks())) throw unusable(error);
    goOn(error);
  });
  const timer = setInterval(() => void refresh().catch(goOn), REFRESH_MS);
  disposer.defer(() => clearInterval(timer));
  return keys;
}

/**
 * jose takes whatever is a set in place of the keys there are, and after a failure it asks again for every token with an unknown
 * `kid`. So a set without a key that we can use is a failure, and one failure holds for a while.
 */
function createFetchKeys(): FetchImplementation {
  let failure: { readonly at: number; readonly error: unknown } | undefined;
  return async (...request) => {
    if (failure !== undefined && performance.now() - failure.at < COOLDOWN_MS) throw failure.error;
    try {
      const response = await fetch(...request);
      await check(response.clone());
      failure = undefined;
      return response;
    } catch (error) {
      failure = { at: performance.now(), error };
      throw error;
    }
  };
}

async function check(response: Response): Promise<void> {
  if (response.status !== 200) throw new Error(`it answered ${response.status} in place of 200`);
  const text = await response.text();
  let set: unknown;
  try {
    set = JSON.parse(text);
  } catch {
    throw new Error('its answer is no JSON');
  }
  const { keys } = set as Partial<JSONWebKeySet>;
  if (!Array.isArray(keys)) throw new Error('its answer is malformed: no JSON Web Key Set');
  if (!hasUsableKey({ keys })) throw new Error('there is no RSA, EC or OKP key');
}

const isFilled = (cache: JWKSCacheInput): cache is ExportedJWKSCache => 'uat' in cache;

const hasUsableKey = (set: JSONWebKeySet | undefined): boolean =>
  set?.keys.some(({ kty }) => KEY_TYPES.has(kty ?? '')) ?? false;

const unusable = (cause: unknown) =>
  new StartupError(
    `cannot use the keys of JWKS_URL, and without them nobody can log in: ${why(cause)}`,
    { cause },
  );

/** `fetch` says why it failed in the cause. */
const why = (error: unknown): string =>
  reason(error instanceof TypeError ? (error.cause ?? error) : error);
