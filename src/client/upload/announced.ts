/** Longest name that the server takes, in bytes of UTF-8. */
const MAX_NAME_BYTES = 255;

/** As the server takes it: without control characters and not too long; the extension stays. */
export function toFileName(name: string): string {
  const clean =
    name
      .toWellFormed()
      .replace(/\p{Cc}/gu, ' ')
      .trim() || 'file';
  const dot = clean.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [clean.slice(0, dot), clean.slice(dot)] : [clean, ''];
  let shortened = clean;
  // By characters: never through the middle of one.
  const characters = Array.from(extension.length < 20 ? stem : clean);
  while (bytesOf(shortened) > MAX_NAME_BYTES) {
    characters.pop();
    shortened = characters.join('') + (extension.length < 20 ? extension : '');
  }
  return shortened;
}

/** Without parameters; of what the browser does not know, or calls otherwise than RFC 6838 has it, the general one. */
export function toMediaType(type: string): string {
  const [essence = ''] = type.split(';');
  return /^[a-z0-9][\w.+-]{0,63}\/[a-z0-9][\w.+-]{0,126}$/i.test(essence.trim())
    ? essence.trim()
    : 'application/octet-stream';
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
