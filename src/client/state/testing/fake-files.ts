import { randomUUID } from 'node:crypto';
import type { Attachment } from '../../../protocol/resources.ts';

interface File {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly contentType: string;
  bytes?: string;
}

/** Puts files where an upload says, and looks at them: all are images of 4 by 3 pixels. */
export class FakeFiles {
  readonly stored = new Map<string, File>();
  /** How long an upload is good, in milliseconds. */
  lifetimeMs = 3_600_000;
  /** What the URLs that are given out end in. */
  signature = 'one';
  /** The headers that an upload came with. */
  readonly headers: Record<string, string>[] = [];

  answer(conversationId: string, path: string, { method, body }: RequestInit) {
    const [, , , , , id, what] = path.split('/');
    if (method === 'POST' && !id) {
      const file = { id: randomUUID(), ...(JSON.parse(body as string) as Omit<File, 'id'>) };
      this.stored.set(file.id, file);
      const upload = {
        method: 'PUT',
        url: `/api/attachments/${conversationId}/${file.id}?signature=${this.signature}`,
        headers: { 'Content-Type': file.contentType, 'X-Signed': 'yes' },
        expiresAt: new Date(Date.now() + this.lifetimeMs).toISOString(),
      };
      return { status: 201, body: { attachment: file, upload } };
    }
    if (what === 'complete' && this.stored.get(id ?? '')?.bytes === undefined)
      return { status: 409, body: { code: 'conflict', detail: 'not uploaded yet' } };
    return { status: 200, body: { conversationId, attachment: this.show(id ?? '') } };
  }

  async receive(id: string, { headers, body }: RequestInit) {
    this.headers.push(headers as Record<string, string>);
    const file = this.stored.get(id);
    const bytes = await (body as Blob).text();
    if (!file || file.size !== bytes.length)
      return { status: 400, body: { code: 'invalid_message', detail: 'the size is wrong' } };
    file.bytes = bytes;
    return { status: 200, body: {} };
  }

  show(id: string): Attachment {
    const { name = '', size = 0 } = this.stored.get(id) ?? {};
    const url = `/api/attachments/c/${id}/original?signature=${this.signature}`;
    const thumbnailUrl = `https://objects.example/${id}?signature=${this.signature}`;
    return { id, name, size, contentType: 'image/png', width: 4, height: 3, url, thumbnailUrl };
  }
}
