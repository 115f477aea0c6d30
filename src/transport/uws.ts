import { StartupError } from '../lib/startup-error.ts';

export type Uws = Pick<
  typeof import('uWebSockets.js'),
  'App' | 'us_listen_socket_close' | 'us_socket_local_port'
>;

/**
 * uWebSockets.js is a native addon: whether it loads is known only by trying.
 *
 * @throws {StartupError} that says what to use instead
 */
export async function loadUws(): Promise<Uws> {
  try {
    return (await import('uWebSockets.js')).default;
  } catch (error) {
    throw new StartupError(explainLoadFailure(process.version, error), { cause: error });
  }
}

export function explainLoadFailure(nodeVersion: string, error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const reason = /GLIBC_([\d.]+)' not found/.exec(text);
  const why = reason
    ? `it needs glibc ${reason[1]} or newer`
    : 'there is no binary for this platform';
  return (
    `uWebSockets.js cannot run on Node ${nodeVersion} here (${why}): use Node 20 with glibc 2.27 or newer, ` +
    'Node 22 or 24 with glibc 2.38 or newer (Debian 13, Ubuntu 24.04), or the image node:24-trixie-slim'
  );
}
