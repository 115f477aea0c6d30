/** Once: a page may load the inbox twice, and a server that renders pages has no elements. */
export function define(name: string, element: CustomElementConstructor): void {
  if (globalThis.customElements?.get(name) === undefined)
    globalThis.customElements?.define(name, element);
}
