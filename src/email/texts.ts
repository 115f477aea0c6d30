import { parseLocale } from '../lib/locale.ts';
import { plurals } from '../lib/plurals.ts';

/** Everything that e-mails, and the page of the unsubscribe link, say in one language. */
export interface Texts {
  readonly from: (count: number, name: string) => string;
  /** Nobody knows the other party's name. */
  readonly about: (count: number, listingId: number) => string;
  readonly earlier: (count: number) => string;
  readonly photo: string;
  readonly file: (name: string) => string;
  readonly open: string;
  readonly why: string;
  readonly unsubscribe: string;
  readonly replyAbove: string;
  readonly page: {
    readonly title: string;
    readonly question: string;
    readonly button: string;
    readonly done: string;
  };
}

const enNew = plurals('en', { one: 'New message', other: '{n} new messages' });
const en: Texts = {
  from: (count, name) => `${enNew(count)} from ${name}`,
  about: (count, listingId) => `${enNew(count)} about listing ${listingId}`,
  earlier: plurals('en', {
    one: 'One earlier message is not shown here.',
    other: '{n} earlier messages are not shown here.',
  }),
  photo: 'Photo',
  file: (name) => `File: ${name}`,
  open: 'Open the conversation',
  why: 'You get this e-mail because you have messages that you have not read.',
  unsubscribe: 'Get no more e-mails about messages',
  replyAbove: 'Write your answer above this line',
  page: {
    title: 'E-mails about messages',
    question: 'Do you want no more e-mails about messages that you have not read?',
    button: 'No more e-mails',
    done: 'You will get no more e-mails about messages. You can turn them on again in your settings.',
  },
};

const deNew = plurals('de', { one: 'Neue Nachricht', other: '{n} neue Nachrichten' });
const de: Texts = {
  from: (count, name) => `${deNew(count)} von ${name}`,
  about: (count, listingId) => `${deNew(count)} zu Anzeige ${listingId}`,
  earlier: plurals('de', {
    one: 'Eine frühere Nachricht ist hier nicht zu sehen.',
    other: '{n} frühere Nachrichten sind hier nicht zu sehen.',
  }),
  photo: 'Foto',
  file: (name) => `Datei: ${name}`,
  open: 'Unterhaltung öffnen',
  why: 'Du bekommst diese E-Mail, weil du ungelesene Nachrichten hast.',
  unsubscribe: 'Keine E-Mails mehr über Nachrichten',
  replyAbove: 'Schreibe deine Antwort über diese Zeile',
  page: {
    title: 'E-Mails über Nachrichten',
    question: 'Möchtest du keine E-Mails über ungelesene Nachrichten mehr bekommen?',
    button: 'Keine E-Mails mehr',
    done: 'Du bekommst keine E-Mails über Nachrichten mehr. In deinen Einstellungen kannst du sie wieder einschalten.',
  },
};

const arNew = plurals('ar', {
  one: 'رسالة جديدة',
  two: 'رسالتان جديدتان',
  few: '{n} رسائل جديدة',
  other: '{n} رسالة جديدة',
});
const ar: Texts = {
  from: (count, name) => `${arNew(count)} من ${name}`,
  about: (count, listingId) => `${arNew(count)} حول الإعلان ${listingId}`,
  earlier: plurals('ar', {
    one: 'هناك رسالة سابقة غير معروضة هنا.',
    two: 'هناك رسالتان سابقتان غير معروضتين هنا.',
    few: 'هناك {n} رسائل سابقة غير معروضة هنا.',
    other: 'هناك {n} رسالة سابقة غير معروضة هنا.',
  }),
  photo: 'صورة',
  file: (name) => `ملف: ${name}`,
  open: 'فتح المحادثة',
  why: 'تصلك هذه الرسالة الإلكترونية لأن لديك رسائل غير مقروءة.',
  unsubscribe: 'إيقاف الرسائل الإلكترونية حول الرسائل',
  replyAbove: 'اكتب ردك فوق هذا السطر',
  page: {
    title: 'الرسائل الإلكترونية حول الرسائل',
    question: 'هل تريد إيقاف الرسائل الإلكترونية حول الرسائل غير المقروءة؟',
    button: 'إيقاف الرسائل الإلكترونية',
    done: 'لن تصلك رسائل إلكترونية حول الرسائل بعد الآن. يمكنك تفعيلها من جديد في إعداداتك.',
  },
};

const translations = new Map(Object.entries({ en, de, ar }));

export interface Language {
  readonly texts: Texts;
  /** BCP 47: that of the texts, so that a date is never of another language than the text around it. */
  readonly locale: string;
  readonly direction: 'ltr' | 'rtl';
}

/** @param tag BCP 47, or whatever stands in a token's `locale`: without a translation it is English */
export function languageOf(tag: string | null): Language {
  const { tag: locale, language } = parseLocale(tag);
  const texts = translations.get(language);
  return texts === undefined
    ? { texts: en, locale: 'en', direction: 'ltr' }
    : { texts, locale, direction: language === 'ar' ? 'rtl' : 'ltr' };
}
