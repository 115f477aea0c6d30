import { supportedMimeTypes } from 'file-type';
import { TEXT, UNKNOWN } from './media-type.ts';

/** What text may be announced as besides `text/…`. */
const TEXTUAL =
  /^(?:text\/.*|image\/svg\+xml|message\/.*|application\/(?:.*[+.-])?(?:json|xml|javascript|yaml|x-sh|sql))$/;
/** What is text too, though it has a magic number. */
const TEXT_WITH_MAGIC = new Set([
  'application/rtf',
  'application/postscript',
  'application/eps',
  'application/x-ms-regedit',
  'application/xml',
]);
/** What many types are at heart: a Word file is a zip file. */
const CONTAINERS = new Set([
  'application/zip',
  'application/x-cfb',
  'application/gzip',
  'application/xml',
]);
/** Sound and pictures that move share their containers. */
const MEDIA = /^(?:audio|video)\/|^application\/(?:ogg|mp4|mxf|vnd\.ms-asf)$/;

const topLevel = (type: string): string => type.slice(0, type.indexOf('/'));

/**
 * Whether a file is announced as something that it is recognisably not: as an image and is none, as text and is a program. A picture of another
 * format than announced is no lie, nor is a type that can't be told by the bytes.
 *
 * @param claimed in lower case
 * @param found by `detectMediaType`
 */
export function isLie(claimed: string, found: string): boolean {
  if (claimed === found) return false;
  if (TEXTUAL.test(claimed)) return ![TEXT, UNKNOWN].includes(found) && !TEXT_WITH_MAGIC.has(found);
  // Raw photographs and old formats are not all known by their bytes.
  if (topLevel(claimed) === 'image')
    return topLevel(found) !== 'image' && !isUnknownImage(claimed, found);
  if (MEDIA.test(claimed)) return isRecognisable(claimed) && !MEDIA.test(found);
  if (topLevel(claimed) === 'font') return isRecognisable(claimed) && topLevel(found) !== 'font';
  return isRecognisable(claimed) && !CONTAINERS.has(found);
}

const isRecognisable = (type: string): boolean => supportedMimeTypes.has(type);

const isUnknownImage = (claimed: string, found: string): boolean =>
  !isRecognisable(claimed) && found === UNKNOWN;
