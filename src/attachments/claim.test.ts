import { expect, test } from 'vitest';
import { isLie } from './claim.ts';

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const BYTES = 'application/octet-stream';

test.each([
  ['image/jpeg', 'text/plain'],
  ['image/jpeg', BYTES],
  ['image/png', 'application/pdf'],
  ['image/heic', 'video/mp4'],
  ['image/svg+xml', 'application/x-msdownload'],
  ['image/x-made-up', 'application/x-elf'],
  ['text/plain', 'application/x-elf'],
  ['text/html', 'image/png'],
  ['application/json', 'application/zip'],
  ['application/pdf', BYTES],
  ['application/pdf', 'text/plain'],
  ['application/zip', 'application/x-msdownload'],
  ['audio/mpeg', 'application/pdf'],
  ['video/mp4', BYTES],
  ['font/woff2', 'image/png'],
  [DOCX, 'application/pdf'],
])('%s that is %s is a lie', (claimed, found) => expect(isLie(claimed, found)).toBe(true));

test.each([
  ['image/jpeg', 'image/jpeg'],
  ['image/jpeg', 'image/webp'],
  ['image/heic', 'image/heif'],
  ['image/x-made-up', BYTES],
  ['image/svg+xml', 'text/plain'],
  ['text/csv', BYTES],
  ['text/rtf', 'application/rtf'],
  ['text/x-python', 'text/plain'],
  ['application/json', 'text/plain'],
  ['application/ld+json', 'text/plain'],
  ['application/xhtml+xml', 'text/plain'],
  ['audio/mp4', 'video/mp4'],
  ['video/quicktime', 'video/mp4'],
  ['application/ogg', 'audio/ogg'],
  ['font/otf', 'font/ttf'],
  [DOCX, 'application/zip'],
  [DOCX, 'application/x-cfb'],
  ['application/msword', 'application/x-cfb'],
  ['application/x-unheard-of', 'application/x-elf'],
  [BYTES, 'image/png'],
  [BYTES, 'application/x-msdownload'],
])('%s that is %s is none', (claimed, found) => expect(isLie(claimed, found)).toBe(false));
