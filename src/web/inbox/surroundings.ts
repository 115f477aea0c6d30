import { languageOf, type Language } from './strings/language.ts';
import type { Strings } from './strings/strings.ts';

/** The element and what is around it, through shadow roots. */
function* ancestors(element: Element): Generator<Element> {
  let node: Node | null = element;
  while (node !== null) {
    if (node instanceof Element) yield node;
    node =
      node instanceof ShadowRoot ? node.host : ((node as Element).assignedSlot ?? node.parentNode);
  }
}

/** The language of an element's surroundings; `direction` only where they leave that to the language. */
export function languageAround(
  element: Element,
  own: Strings | undefined,
): Language & { readonly setsDirection: boolean } {
  let hasDirection = false;
  for (const around of ancestors(element)) {
    hasDirection ||= around.hasAttribute('dir');
    const tag = around.getAttribute('lang');
    if (tag !== null && tag !== '')
      return { ...languageOf(tag, own), setsDirection: !hasDirection };
  }
  return { ...languageOf('en', own), setsDirection: false };
}
