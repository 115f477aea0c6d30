import { type CustomTypesConfig, types } from 'pg';

/** `timestamptz` (`pg_type.dat` in PostgreSQL's source). */
const TIMESTAMPTZ = 1184;

/** For a query's `types`: times come as the wire has them, RFC 3339 in UTC with milliseconds, everything else as always. */
export const wireTypes: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === TIMESTAMPTZ && format !== 'binary' ? toWireTime : types.getTypeParser(oid, format),
};

const LENGTH = '2026-01-01 12:00:00.123+00'.length;

/** @param text as PostgreSQL writes it; microseconds are cut off */
export function toWireTime(text: string): string {
  // A page has a hundred times, and by way of a Date each costs twenty times as much. Zeros at the end of the fraction are
  // left out, and the session may be in another zone: those, one in ten, go that way.
  if (text.length === LENGTH && text.endsWith('+00') && text[19] === '.')
    return `${text.slice(0, 10)}T${text.slice(11, 23)}Z`;
  return new Date(text).toISOString();
}
