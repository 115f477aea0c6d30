import { SignJWT } from 'jose';
import { Renewed } from '../lib/renewed.ts';
import { PushFailure, SEND_MS, isPassing, reasonOf, refused, retryLater } from './attempt.ts';
import type { ServiceAccount } from './key-files.ts';
import { fieldsOf, post } from './post.ts';

const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** A token is made anew so long before it expires, in milliseconds. */
const MARGIN_MS = 300_000;
/** Between two that were not accepted, in milliseconds. */
const REPLACE_MS = 60_000;

/** Access tokens of OAuth 2.0 by the JWT bearer grant (RFC 7523, section 2.1). Rejects with a {@link PushFailure}, or with what kept the request from being answered. */
export const openAccess = (account: ServiceAccount): Renewed<string> =>
  new Renewed(async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const form = new URLSearchParams({ grant_type: GRANT, assertion: await assertion(account) });
    const signal = AbortSignal.timeout(SEND_MS);
    const answer = await post(account.tokenUri, headers, form.toString(), signal);
    const fields = fieldsOf(answer.text);
    const { access_token: value, expires_in: seconds } = fields;
    if (answer.status === 200 && typeof value === 'string' && typeof seconds === 'number') {
      const lifeMs = seconds * 1_000;
      return { value, keepMs: Math.max(lifeMs - MARGIN_MS, lifeMs / 2) };
    }
    const reason = `access token: ${reasonOf(answer.status, fields['error'])}`;
    throw new PushFailure(
      isPassing(answer.status) ? retryLater(reason, answer.retryAfter) : refused(reason),
    );
  }, REPLACE_MS);

const assertion = ({ clientEmail, key, keyId, tokenUri }: ServiceAccount): Promise<string> =>
  new SignJWT({ scope: SCOPE })
    .setProtectedHeader({
      alg: 'RS256',
      typ: 'JWT',
      ...(keyId === undefined ? {} : { kid: keyId }),
    })
    .setIssuer(clientEmail)
    .setAudience(tokenUri)
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(key);
