import type { Readable } from 'node:stream';

/** What an HTTP request is answered with. */
export interface Reply<B = string | Buffer | StreamedBody> {
  readonly status: number;
  readonly type: string;
  readonly body: B;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sent as fast as the client takes it. */
export interface StreamedBody {
  /** Destroyed when it is through, or the client goes away. */
  readonly stream: Readable;
  /** In bytes. */
  readonly size: number;
}

export const empty: Reply<string> = { status: 204, type: '', body: '' };

export const json = (status: number, value: unknown): Reply<string> => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
});

export const html = (body: string): Reply => ({
  status: 200,
  type: 'text/html; charset=utf-8',
  body,
  headers: { 'Cache-Control': 'no-store' },
});
