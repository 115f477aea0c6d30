import { isImageType } from './image-job.ts';
import type { Presentation } from './object-store.ts';

/** What a browser may show in the page: pictures that we have made ourselves. Anything else might run scripts. */
export const isInline = (contentType: string): boolean => isImageType(contentType);

/** `attr-char` of RFC 8187, section 3.2.1, without what `encodeURIComponent` leaves. */
const escape = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;

/**
 * `Content-Disposition` (RFC 6266): the name in UTF-8 (RFC 8187), and in ASCII for who does not know that. Clients take the last part of a path
 * (RFC 6266, section 4.3); here there is none any more.
 */
export function contentDisposition({
  name,
  isInline: shown,
}: Pick<Presentation, 'name' | 'isInline'>): string {
  const base = name.toWellFormed().replaceAll(/[/\\]/g, '_');
  const ascii = base.replaceAll(/[^ -~]/g, '_').replaceAll(/["%]/g, '_');
  const encoded = encodeURIComponent(base).replaceAll(/['()*]/g, escape);
  return `${shown ? 'inline' : 'attachment'}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
