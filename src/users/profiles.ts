import { z } from 'zod';
import type { Database } from '../db/pool.ts';
import type { Disposer } from '../lib/disposer.ts';
import type { Logger } from '../lib/logger.ts';
import { RecentMap } from '../lib/recent-map.ts';
import { OUTAGE_REPORT_MS, sparing } from '../lib/sparing.ts';

/** What a token's claims tell of a user, so that there is somebody to write to and a name to write of. */
export interface Profile {
  readonly email: string | undefined;
  readonly name: string | undefined;
  readonly locale: string | undefined;
}

/** Remembers profiles, in the background: nobody waits for it, and what is lost comes with the next token. */
export interface Profiles {
  /** @param profile `undefined`: the token says nothing, so nothing changes */
  remember(userId: string, profile: Profile | undefined): void;
}

const MAX_EMAIL_LENGTH = 254;
const MAX_NAME_LENGTH = 100;
const MAX_LOCALE_LENGTH = 35;
/** How often those who came are written, in milliseconds. */
const WRITE_MS = 1_000;
/** Written together; more wait for the next turn. */
const MAX_BATCH = 1_000;
/** Who waits at most, while PostgreSQL is away. */
const MAX_WAITING = 20_000;
/** A profile that was written is not written again within this time, in milliseconds. */
const KNOWN_MS = 600_000;

// What is not right is left out: whoever may chat is not refused for it.
const field = (max: number, form: RegExp) =>
  z
    .string()
    .max(max)
    .regex(form)
    .refine((text) => text.isWellFormed())
    .optional()
    .catch(undefined);
const claims = z.object({
  email: field(MAX_EMAIL_LENGTH, /^[^\s@<>"\p{Cc}]+@[^\s@<>"\p{Cc}]+$/u),
  email_verified: z.unknown().optional(),
  name: field(MAX_NAME_LENGTH, /^\P{Cc}*\S\P{Cc}*$/u),
  locale: field(MAX_LOCALE_LENGTH, /^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$/),
});

/**
 * OpenID Connect Core 1.0, section 5.1.
 *
 * @returns `undefined` when the token has none of these claims
 */
export function toProfile(payload: object): Profile | undefined {
  if (!('email' in payload) && !('name' in payload) && !('locale' in payload)) return undefined;
  const { email, email_verified: isVerified, name, locale } = claims.parse(payload);
  // Where nobody says so the marketplace knows its users' addresses.
  const isNobodys = isVerified === false || isVerified === 'false';
  return { email: isNobodys ? undefined : email, name: name?.trim(), locale };
}

export function openProfiles({ pool }: Database, logger: Logger, disposer: Disposer): Profiles {
  const waiting = new Map<string, Profile>();
  const known = new RecentMap<{ text: string }>(KNOWN_MS, () => ({ text: '' }));
  const report = sparing(OUTAGE_REPORT_MS, (leftOut, err: unknown) =>
    logger.warn({ err, leftOut }, 'what tokens say of users could not be written'),
  );
  let writing: Promise<void> | undefined;

  const write = async (): Promise<void> => {
    const batch = [...waiting].slice(0, MAX_BATCH);
    if (batch.length === 0) return;
    const profiles = batch.map(([, profile]) => profile);
    await pool.query({
      name: 'profiles',
      text: REMEMBER,
      values: [
        batch.map(([userId]) => userId),
        profiles.map(({ email }) => email ?? null),
        profiles.map(({ name }) => name ?? null),
        profiles.map(({ locale }) => locale ?? null),
      ],
    });
    for (const [userId, profile] of batch) {
      known.get(userId, performance.now()).text = toText(profile);
      // There may be a newer one already.
      if (waiting.get(userId) === profile) waiting.delete(userId);
    }
  };
  const timer = setInterval(() => {
    writing ??= write()
      .catch(report)
      .finally(() => (writing = undefined));
  }, WRITE_MS);
  disposer.defer(async () => {
    clearInterval(timer);
    await writing;
    await write().catch(report);
  });

  return {
    remember(userId, profile) {
      if (profile === undefined || waiting.size >= MAX_WAITING) return;
      if (known.get(userId, performance.now()).text === toText(profile)) waiting.delete(userId);
      else waiting.set(userId, profile);
    },
  };
}

const toText = ({ email = '', name = '', locale = '' }: Profile): string =>
  `${email}\n${name}\n${locale}`;

/** In the order of ids, as everybody writes many users: nobody waits in a circle. The newest token says all there is: what it leaves out is no longer known. */
const REMEMBER = `
INSERT INTO users AS u (id, email, name, locale)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS p(id, email, name, locale) ORDER BY id
ON CONFLICT (id) DO UPDATE SET email = excluded.email, name = excluded.name, locale = excluded.locale
WHERE (u.email, u.name, u.locale) IS DISTINCT FROM (excluded.email, excluded.name, excluded.locale)`;
