import { parseLocale } from '../lib/locale.ts';
import { plurals } from '../lib/plurals.ts';

/** What notifications say, in the languages that the inbox has. */
export interface Texts {
  /** Where there is no name of the sender, or none may be shown. */
  readonly newMessage: string;
  readonly newMessages: (count: number) => string;
  readonly photos: (count: number) => string;
  readonly files: (count: number) => string;
  readonly file: (name: string) => string;
}

const en: Texts = {
  newMessage: 'New message',
  newMessages: plurals('en', { one: '{n} new message', other: '{n} new messages' }),
  photos: plurals('en', { one: 'Photo', other: '{n} photos' }),
  files: plurals('en', { one: 'File', other: '{n} files' }),
  file: (name) => `File: ${name}`,
};

const de: Texts = {
  newMessage: 'Neue Nachricht',
  newMessages: plurals('de', { one: '{n} neue Nachricht', other: '{n} neue Nachrichten' }),
  photos: plurals('de', { one: 'Foto', other: '{n} Fotos' }),
  files: plurals('de', { one: 'Datei', other: '{n} Dateien' }),
  file: (name) => `Datei: ${name}`,
};

const ar: Texts = {
  newMessage: 'رسالة جديدة',
  newMessages: plurals('ar', {
    one: 'رسالة جديدة واحدة',
    two: 'رسالتان جديدتان',
    few: '{n} رسائل جديدة',
    many: '{n} رسالة جديدة',
    other: '{n} رسالة جديدة',
  }),
  photos: plurals('ar', {
    one: 'صورة',
    two: 'صورتان',
    few: '{n} صور',
    many: '{n} صورة',
    other: '{n} صورة',
  }),
  files: plurals('ar', {
    one: 'ملف',
    two: 'ملفان',
    few: '{n} ملفات',
    many: '{n} ملفًا',
    other: '{n} ملف',
  }),
  file: (name) => `ملف: ${name}`,
};

const translations = new Map(Object.entries({ en, de, ar }));

/** @param locale BCP 47, or whatever a token said; English when there is none of it */
export const textsOf = (locale: string | null): Texts =>
  translations.get(parseLocale(locale).language) ?? en;
