import type { BrowserContext } from 'playwright-core';

/** What the browser itself says of connections that fail: nobody's fault but the test's. */
const EXPECTED = /Failed to load resource|WebSocket connection to|net::ERR_|blocked by CORS policy/;

/** Uncaught errors, what is written to the console as an error, and violations of the page's Content-Security-Policy. */
export async function watchContext(context: BrowserContext): Promise<readonly string[]> {
  const complaints: string[] = [];
  context.on('weberror', (error) => complaints.push(error.error().stack ?? error.error().message));
  context.on('console', (message) => {
    if (message.type() === 'error' && !EXPECTED.test(message.text()))
      complaints.push(message.text());
  });
  // A page that is refused its own script is blank, and says no more of it than the browser does.
  context.on('response', (response) => {
    if (response.status() === 429) complaints.push(`${response.url()} was refused: 429`);
  });
  context.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await context.exposeFunction('complain', (text: string) => complaints.push(text));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { complain } = globalThis as unknown as { complain: (text: string) => void };
      complain(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
    });
  });
  return complaints;
}
