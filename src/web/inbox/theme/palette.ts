/** The colours of one theme; each is `--parley-<name>` (docs/inbox.md). palette.test.ts computes their contrasts. */
export interface Palette {
  readonly background: string;
  /** Of bars and fields. */
  readonly surface: string;
  readonly hover: string;
  readonly selected: string;
  readonly text: string;
  readonly 'text-muted': string;
  /** Only decorates: what must be seen has `border-strong`. */
  readonly border: string;
  readonly 'border-strong': string;
  readonly accent: string;
  readonly 'on-accent': string;
  readonly bubble: string;
  readonly 'on-bubble': string;
  readonly 'bubble-own': string;
  readonly 'on-bubble-own': string;
  readonly danger: string;
  /** The dot of who is here. */
  readonly online: string;
  readonly notice: string;
  readonly 'on-notice': string;
  readonly focus: string;
}

export const light: Palette = {
  background: '#ffffff',
  surface: '#f5f6f9',
  hover: '#f1f3f7',
  selected: '#ebedff',
  text: '#161923',
  'text-muted': '#596273',
  border: '#e4e7ed',
  'border-strong': '#7d8595',
  accent: '#4f46e5',
  'on-accent': '#ffffff',
  bubble: '#eff1f5',
  'on-bubble': '#161923',
  'bubble-own': '#4f46e5',
  'on-bubble-own': '#ffffff',
  danger: '#bf2136',
  online: '#15803d',
  notice: '#fff3d1',
  'on-notice': '#5a4100',
  focus: '#4f46e5',
};

export const dark: Palette = {
  background: '#13151c',
  surface: '#1b1e27',
  hover: '#20242f',
  selected: '#292d4a',
  text: '#eceef4',
  'text-muted': '#a5adbc',
  border: '#2c313d',
  'border-strong': '#727b8b',
  accent: '#a3a6ff',
  'on-accent': '#14152b',
  bubble: '#262a35',
  'on-bubble': '#eceef4',
  'bubble-own': '#4a43d0',
  'on-bubble-own': '#ffffff',
  danger: '#ff8e98',
  online: '#4ade80',
  notice: '#3a3013',
  'on-notice': '#ffe3a3',
  focus: '#a3a6ff',
};

/** Of circles with initials: paper and ink, the other way round when it is dark. */
export const tones: readonly (readonly [pale: string, deep: string])[] = [
  ['#e0e4ff', '#3a33a8'],
  ['#d3f4e6', '#0b5c47'],
  ['#fdeccb', '#85400c'],
  ['#fde2ee', '#97184f'],
  ['#daeefb', '#0b5480'],
  ['#f0e4fd', '#6a25a5'],
];
