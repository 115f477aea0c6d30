/**
 * Where Redis is, as `redis://` or `rediss://` URLs. With Sentinel they are the sentinels', with Cluster any of its nodes';
 * more than one, so that one may be away. User and password are in the first URL and hold for all.
 */
export type RedisSettings =
  | { readonly mode: 'standalone'; readonly url: string }
  /** `name`: how the sentinels call the master. */
  | { readonly mode: 'sentinel'; readonly urls: readonly string[]; readonly name: string }
  | { readonly mode: 'cluster'; readonly urls: readonly string[] };
