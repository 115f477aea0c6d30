import type { DemoPerson } from '../demo-catalogue.ts';

const KEY = 'flohmarkt-me';

/** Of a notification that was clicked: `#parley=…`, as the service worker has it. */
export const notifiedConversation = (): string | undefined =>
  new URLSearchParams(location.hash.slice(1)).get('parley') ?? undefined;

/** Whom this browser's notifications are for: it does not say so in an address. */
export const lastPerson = (): string | null =>
  notifiedConversation() === undefined ? null : localStorage.getItem(KEY);

export function rememberPerson({ key }: DemoPerson): void {
  localStorage.setItem(KEY, key);
}
