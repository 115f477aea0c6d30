import { escape } from './bodies.ts';
import { languageOf } from './texts.ts';

/** All there is of style: the page's policy names it by its hash. */
export const PAGE_STYLE = `:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0; display: grid; min-block-size: 100vh; place-items: center; }
main { max-inline-size: 30rem; padding: 1.5rem; }
h1 { font-size: 1.25rem; }
button { font: inherit; padding: 0.6rem 1.2rem; }`;

/**
 * What the link in an e-mail shows. Scanners of mail follow links, so that opening it changes nothing: its button does, by a POST to the same URL.
 *
 * @param isDone whether that has happened
 */
export function unsubscribePage(lang: string | undefined, isDone: boolean): string {
  const { texts, locale, direction } = languageOf(lang ?? null);
  const { title, question, button, done } = texts.page;
  const rest = isDone
    ? `<p role="status">${escape(done)}</p>`
    : `<p>${escape(question)}</p>
<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button>${escape(button)}</button></form>`;
  return `<!doctype html>
<html lang="${escape(locale)}" dir="${direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>${escape(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<h1>${escape(title)}</h1>
${rest}
</main>
</body>
</html>
`;
}
