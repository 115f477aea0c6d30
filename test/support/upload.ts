import { type Answer, type User, rest } from './client.ts';

/** What an attachment is announced as. */
export interface FileToSend {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Buffer;
}

export const announce = (
  url: string,
  user: User,
  conversationId: string,
  { name, contentType, bytes }: FileToSend,
): Promise<Answer> =>
  rest(url, user, 'POST', `/api/conversations/${conversationId}/attachments`, {
    name,
    contentType,
    size: bytes.byteLength,
  });

/** Announces a file and uploads it. @returns its id */
export async function upload(
  url: string,
  user: User,
  conversationId: string,
  file: FileToSend,
): Promise<string> {
  const { status, body } = await announce(url, user, conversationId, file);
  if (status !== 201) throw new Error(`not announced: ${status} ${JSON.stringify(body)}`);
  const { method, url: target, headers } = body.upload;
  const answer = await fetch(new URL(target, url), { method, headers, body: file.bytes });
  if (!answer.ok) throw new Error(`not uploaded: ${answer.status} ${await answer.text()}`);
  return body.attachment.id as string;
}
