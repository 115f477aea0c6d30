import { abortable } from '../async/abortable.ts';

const ANSWER_MS = 10_000;

export interface RefusedParts {
  readonly url: string;
  readonly fetch?: typeof fetch | undefined;
}

/** Whether the server answers 401: browsers do not say why the handshake of a socket failed. */
export async function isRefused(
  // The platform's own must not be called as a method.
  { url, fetch: get = fetch }: RefusedParts,
  token: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const answer = get(`${url}/api/conversations?limit=1`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return (await abortable(answer, signal)).status === 401;
  } catch {
    return false;
  }
}
