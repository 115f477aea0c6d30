import type { BrowserContext } from 'playwright-core';

/** Stands before the node: a message with this content is refused, whatever the node would have said. */
export async function refuse(context: BrowserContext, content: string): Promise<void> {
  await context.routeWebSocket(/\/ws/, (page) => {
    const node = page.connectToServer();
    page.onMessage((data) => {
      const frame = JSON.parse(data.toString()) as Record<string, unknown>;
      if (frame['content'] !== content) node.send(data);
      else
        page.send(
          JSON.stringify({
            type: 'error',
            error: 'not authorized for this conversation',
            code: 'not_authorized',
            request: frame['type'],
            clientMessageId: frame['clientMessageId'],
            conversationId: frame['conversationId'],
            timestamp: new Date().toISOString(),
          }),
        );
    });
  });
}
