import { isIP } from 'node:net';
import { z } from 'zod';

/** Digits alone: `Number` takes blanks, signs and hexadecimal too. */
export const number = (max: number, error: string) =>
  z
    .string()
    .regex(/^\d{1,6}(\.\d{1,3})?$/, { error })
    .transform(Number)
    .refine((value) => value <= max, { error });

export const whole = (max: number, error: string, form: RegExp) =>
  z
    .string()
    .regex(form, { error })
    .transform(Number)
    .refine((value) => value <= max, { error });

export const isUrl = (text: string, protocols: readonly string[]): boolean =>
  URL.canParse(text) && protocols.includes(new URL(text).protocol);

export const hasLogin = (text: string): boolean =>
  URL.canParse(text) && (new URL(text).username !== '' || new URL(text).password !== '');

export const url = (protocols: readonly string[]) =>
  z.string().refine((text) => isUrl(text, protocols), {
    error: `must be a ${protocols.map((protocol) => `${protocol}//`).join(' or ')} URL`,
  });

/** `fetch` takes none with a login in it, and would name it in its error. */
export const webUrl = () =>
  url(['http:', 'https:']).refine((text) => !hasLogin(text), {
    error: 'must have no user and no password in it',
  });

/** Comma-separated; what is between two commas may be nothing. */
export const list = (isValid: (item: string) => boolean, error: string) =>
  z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean),
    )
    .refine((items) => items.every(isValid), { error });

/** `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
  );
}
