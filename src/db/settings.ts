/** The longest a statement may run, in milliseconds. */
export const STATEMENT_TIMEOUT_MS = 5_000;

/**
 * What every session that runs our statements has set. The timeout is part of what is promised: nothing becomes visible later
 * than that after the time it carries (`conversations/conversation-index.ts`).
 *
 * By itself PostgreSQL plans our statements anew each time, because a plan for arrays of a known length looks cheaper:
 * for a batch of one message that costs more than the batch. A plan that is kept may have been made for an empty table, and must
 * do for a large one: so no scans, and look-ups of many say themselves which index they mean (PostgreSQL manual,
 * "plan_cache_mode" and "enable_seqscan"; docs/performance.md).
 */
export const SESSION_SETTINGS = {
  statement_timeout: String(STATEMENT_TIMEOUT_MS),
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
} as const;

/** The URL with the settings as options of the start-up message. Those that it has already stay in front. */
export function withSettings(text: string): string {
  const url = new URL(text);
  const settings = { ...SESSION_SETTINGS, timezone: 'UTC' };
  const flags = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  url.searchParams.set(
    'options',
    [url.searchParams.get('options'), ...flags].filter(Boolean).join(' '),
  );
  return url.href;
}
