/** What the marketplace itself says; the inbox has its own. */
export interface PageStrings {
  readonly skip: string;
  readonly youAre: string;
  readonly sideBySide: string;
  readonly language: string;
  readonly theme: string;
  readonly auto: string;
  readonly light: string;
  readonly dark: string;
  readonly messages: string;
  readonly unread: (count: string) => string;
  readonly headline: string;
  readonly lead: string;
  readonly widen: string;
  readonly ask: string;
  readonly askAgain: string;
  readonly about: (title: string) => string;
  readonly own: string;
  readonly failed: string;
}

export const LANGUAGES = {
  en: { name: 'English', direction: 'ltr' },
  de: { name: 'Deutsch', direction: 'ltr' },
  ar: { name: 'العربية', direction: 'rtl' },
} as const;

export type Language = keyof typeof LANGUAGES;

export const STRINGS: Readonly<Record<Language, PageStrings>> = {
  en: {
    skip: 'Skip to the listings',
    youAre: 'You are',
    sideBySide: 'Side by side',
    language: 'Language',
    theme: 'Colours',
    auto: 'As the system',
    light: 'Light',
    dark: 'Dark',
    messages: 'Messages',
    unread: (count) => `${count} unread`,
    headline: 'Good things, second hand',
    lead: 'Found something? Ask the person who sells it.',
    widen: 'Wide view',
    ask: 'Ask the seller',
    askAgain: 'Open chat',
    about: (title) => `about: ${title}`,
    own: 'Yours',
    failed: 'That did not work. Please try again.',
  },
  de: {
    skip: 'Zu den Anzeigen',
    youAre: 'Du bist',
    sideBySide: 'Nebeneinander',
    language: 'Sprache',
    theme: 'Farben',
    auto: 'Wie das System',
    light: 'Hell',
    dark: 'Dunkel',
    messages: 'Nachrichten',
    unread: (count) => `${count} ungelesen`,
    headline: 'Gutes aus zweiter Hand',
    lead: 'Etwas gefunden? Frag den Menschen, der es verkauft.',
    widen: 'Breite Ansicht',
    ask: 'Frag nach',
    askAgain: 'Chat öffnen',
    about: (title) => `zu: ${title}`,
    own: 'Deins',
    failed: 'Das hat nicht geklappt. Bitte noch einmal versuchen.',
  },
  ar: {
    skip: 'إلى الإعلانات',
    youAre: 'أنت',
    sideBySide: 'جنبًا إلى جنب',
    language: 'اللغة',
    theme: 'الألوان',
    auto: 'مثل النظام',
    light: 'فاتح',
    dark: 'داكن',
    messages: 'الرسائل',
    unread: (count) => `غير مقروءة: ${count}`,
    headline: 'أشياء جميلة مستعملة',
    lead: 'وجدت شيئًا؟ اسأل من يبيعه.',
    widen: 'عرض واسع',
    ask: 'اسأل البائع',
    askAgain: 'فتح المحادثة',
    about: (title) => `بخصوص: ${title}`,
    own: 'إعلانك',
    failed: 'لم ينجح ذلك. حاول مرة أخرى.',
  },
};
