import { html, type TemplateResult } from 'lit';
import type { InboxContext } from '../context.ts';
import { mutedIcon } from './icons.ts';

/** Beside what is muted: a bell that is struck out, and the word. */
export const mutedMark = ({ strings: { mute: says } }: InboxContext): TemplateResult =>
  html`<span class="mark" part="muted" title=${says.muted}
    >${mutedIcon}<span class="visually-hidden">${says.muted}</span></span
  >`;
