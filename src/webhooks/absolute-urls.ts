import type { ToMessage } from '../messages/message-row.ts';

/** Whoever gets a webhook has no page to which the URLs of files could be relative. */
export function withAbsoluteUrls(publicUrl: string, toMessage: ToMessage): ToMessage {
  const absolute = (url: string): string => (url.startsWith('/') ? publicUrl + url : url);
  return (conversationId, row) => {
    const message = toMessage(conversationId, row);
    for (const attachment of message.attachments ?? []) {
      attachment.url = absolute(attachment.url);
      if (attachment.thumbnailUrl !== undefined)
        attachment.thumbnailUrl = absolute(attachment.thumbnailUrl);
    }
    return message;
  };
}
