/**
 * A marketplace's page with nothing but an inbox, made without a bundler. Its query says who looks at it; names, listings and tokens
 * are asked of the server it came from.
 */
import { createClient } from './inbox.js';

const query = new URLSearchParams(location.search);

async function ask(path, body, signal) {
  const answer = await fetch(path, { method: 'POST', body: JSON.stringify(body), signal });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}

for (const name of ['lang', 'dir'])
  if (query.has(name)) document.documentElement.setAttribute(name, query.get(name));

const inbox = document.createElement('parley-inbox');
for (const name of ['theme', 'conversation-id'])
  if (query.has(name)) inbox.setAttribute(name, query.get(name));
inbox.findListings = (ids) => ask('/listings', { ids });
inbox.findPeople = (ids) => ask('/people', { ids });
inbox.client = createClient({
  url: query.get('url'),
  token: ({ reason, signal }) => ask('/token', { userId: query.get('as'), reason }, signal),
});
document.querySelector('main').append(inbox);
// For tests that make another one.
Object.assign(globalThis, { createClient });
