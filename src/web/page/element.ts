/** An element with these properties and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<HTMLElementTagNameMap[K]>,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** The one that matches, which must be there. */
export function find<E extends Element>(selector: string, type: abstract new () => E): E {
  const found = document.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`the page has no ${selector}`);
  return found;
}

/** Fills the page with a template of it. */
export function show(template: string): void {
  const { content } = find(`template#${template}`, HTMLTemplateElement);
  document.body.replaceChildren(content.cloneNode(true));
}
