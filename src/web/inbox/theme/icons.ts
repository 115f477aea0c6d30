import { svg, html, type TemplateResult } from 'lit';

export const icon = (shape: TemplateResult<2>): TemplateResult =>
  html`<svg
    class="icon"
    viewBox="0 0 24 24"
    width="20"
    height="20"
    fill="none"
    stroke="currentColor"
    stroke-width="2"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
    focusable="false"
  >
    ${shape}
  </svg>`;

export const searchIcon = icon(svg`<circle cx="11" cy="11" r="7" /><path d="m20 20-4-4" />`);
export const clearIcon = icon(svg`<path d="M7 7l10 10M17 7 7 17" />`);
export const listingIcon = icon(
  svg`<path d="M3 12V4.5A1.5 1.5 0 0 1 4.5 3H12l8.4 8.4a2 2 0 0 1 0 2.8l-6.2 6.2a2 2 0 0 1-2.8 0z" /><circle cx="8" cy="8" r="1" />`,
);
export const chatIcon = icon(
  svg`<path d="M21 11.5a8.4 8.4 0 0 1-8.5 8.3 8.7 8.7 0 0 1-3.6-.8L4 20.5l1.5-4.4A8.1 8.1 0 0 1 4 11.5a8.4 8.4 0 0 1 8.5-8.3 8.4 8.4 0 0 1 8.5 8.3z" /><path d="M9 10h7M9 13.5h4" />`,
);
export const warningIcon = icon(
  svg`<circle cx="12" cy="12" r="9" /><path d="M12 7.5v5" /><path d="M12 16.4v.1" />`,
);
export const clockIcon = icon(svg`<circle cx="12" cy="12" r="9" /><path d="M12 7v5l3 2" />`);
export const checkIcon = icon(svg`<path d="m5 12.5 4.5 4.5L19 7.5" />`);
export const offlineIcon = icon(
  svg`<path d="M3 3l18 18" /><path d="M8.5 16.4a5 5 0 0 1 7 0" /><path d="M5 12.9a10 10 0 0 1 5.2-2.8" /><path d="M19 12.9a10 10 0 0 0-2.1-1.5" /><path d="M2 8.8a15 15 0 0 1 4.2-2.6" /><path d="M22 8.8a15 15 0 0 0-11.3-3.7" /><path d="M12 20v.1" />`,
);
export const optionsIcon = icon(svg`<path d="M12 5.5v.1M12 12v.1M12 18.5v.1" stroke-width="3" />`);
export const mutedIcon = icon(
  svg`<path d="M4 4l16 16" /><path d="M8.2 5a5.6 5.6 0 0 1 9.4 4.1c0 2.3.4 4 1 5.2" /><path d="M6.4 9.4c0 4.4-1.9 6-1.9 7.6h12.3" /><path d="M10 20.5a2.4 2.4 0 0 0 4 0" />`,
);
export const bellIcon = icon(
  svg`<path d="M6.4 9.1a5.6 5.6 0 0 1 11.2 0c0 5 1.9 6.3 1.9 7.9h-15c0-1.6 1.9-2.9 1.9-7.9z" /><path d="M10 20.5a2.4 2.4 0 0 0 4 0" />`,
);
export const gearIcon = icon(
  svg`<circle cx="12" cy="12" r="3" /><path d="M19.4 13.6a7.7 7.7 0 0 0 0-3.2l2-1.5-2-3.4-2.3.9a7.6 7.6 0 0 0-2.8-1.6L14 2.5h-4l-.3 2.3a7.6 7.6 0 0 0-2.8 1.6l-2.3-.9-2 3.4 2 1.5a7.7 7.7 0 0 0 0 3.2l-2 1.5 2 3.4 2.3-.9a7.6 7.6 0 0 0 2.8 1.6l.3 2.3h4l.3-2.3a7.6 7.6 0 0 0 2.8-1.6l2.3.9 2-3.4z" />`,
);
export const spinnerIcon = icon(svg`<path d="M12 3a9 9 0 1 0 9 9" />`);
