import { html, type TemplateResult } from 'lit';
import type { Muted } from '../../../client/types.ts';
import type { InboxContext } from '../context.ts';
import { startOfDay } from '../start-of-day.ts';
import { mutedIcon } from './icons.ts';

/** Beside what is muted: a bell that is struck out, and in words until when. */
export const mutedMark = (muted: Muted, context: InboxContext): TemplateResult => {
  const text = mutedText(muted, Date.now(), context);
  return html`<span class="mark" part="muted" title=${text}
    >${mutedIcon}<span class="visually-hidden">${text}</span></span
  >`;
};

export function mutedText(
  { until }: Muted,
  now: number,
  { strings: { mute: says }, locale }: Pick<InboxContext, 'strings' | 'locale'>,
): string {
  if (until === null) return says.muted;
  const end = Date.parse(until);
  const isToday = startOfDay(end) === startOfDay(now);
  return says.mutedUntil(formatOf(locale, isToday ? 'clock' : 'date').format(end));
}

const known = new Map<string, Intl.DateTimeFormat>();

function formatOf(locale: string, what: 'clock' | 'date'): Intl.DateTimeFormat {
  const key = `${what} ${locale}`;
  let format = known.get(key);
  if (format === undefined) {
    const date = what === 'date' ? ({ dateStyle: 'medium' } as const) : {};
    known.set(key, (format = new Intl.DateTimeFormat(locale, { ...date, timeStyle: 'short' })));
  }
  return format;
}
