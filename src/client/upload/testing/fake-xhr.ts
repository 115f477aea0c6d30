import type { FakeServer } from '../../state/testing/fake-server.ts';

/** As much of an XMLHttpRequest as is used. Does what the test says. */
export class FakeXhr extends EventTarget {
  /** All that were sent, the newest last. */
  static readonly all: FakeXhr[] = [];
  readonly upload = new EventTarget();
  readonly headers: Record<string, string> = {};
  method = '';
  url = '';
  body: Blob | undefined;
  status = 0;
  responseText = '';
  isAborted = false;

  open(method: string, url: string): void {
    Object.assign(this, { method, url });
  }

  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }

  send(body: Blob): void {
    this.body = body;
    FakeXhr.all.push(this);
  }

  abort(): void {
    this.isAborted = true;
    this.dispatchEvent(new Event('abort'));
  }

  progress(loaded: number): void {
    this.upload.dispatchEvent(Object.assign(new Event('progress'), { loaded }));
  }

  fail(): void {
    this.dispatchEvent(new Event('error'));
  }

  answer(status: number, body: object): void {
    Object.assign(this, { status, responseText: JSON.stringify(body) });
    this.dispatchEvent(new Event('load'));
  }

  /** The server gets it. */
  async finish(server: FakeServer): Promise<void> {
    const { url, method, headers, body = null } = this;
    const response = await server.fetch(url, { method, headers, body });
    this.answer(response.status, (await response.json()) as object);
    await Promise.resolve();
  }
}
