export interface PageEvents {
  /** The network may be back, or somebody looks again. */
  wake(): void;
  offline(): void;
}

/** In Node there is no page. @returns what ends it */
export function listenToPage(events: PageEvents): () => void {
  const wake = (): void => events.wake();
  const offline = (): void => events.offline();
  const { window, document } = globalThis as Partial<typeof globalThis>;
  const look = (): void => {
    if (document?.visibilityState === 'visible') wake();
  };
  window?.addEventListener('online', wake);
  window?.addEventListener('offline', offline);
  document?.addEventListener('visibilitychange', look);
  return () => {
    window?.removeEventListener('online', wake);
    window?.removeEventListener('offline', offline);
    document?.removeEventListener('visibilitychange', look);
  };
}
