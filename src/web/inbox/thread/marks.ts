import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Message } from '../../../client/types.ts';
import type { Strings } from '../strings/strings.ts';
import { checkIcon, clockIcon, icon, warningIcon } from '../theme/icons.ts';

const icons: Readonly<Record<Message['status'], TemplateResult>> = {
  sending: clockIcon,
  sent: checkIcon,
  read: icon(svg`<path d="m1.5 12.5 4.5 4.5L16 7.5" /><path d="m11.5 16.5 1 .8L22.5 7.5" />`),
  failed: warningIcon,
};

/** How far a message of one's own has come. What failed says so below. */
export function mark(status: Message['status'], strings: Strings['thread']): TemplateResult {
  const text = status === 'failed' ? strings.notSent : strings[status];
  return html`<span class="mark ${status}" part="mark mark-${status}" title=${text}
    >${icons[status]}${
      status === 'failed' ? nothing : html`<span class="visually-hidden">${text}</span>`
    }</span
  >`;
}
