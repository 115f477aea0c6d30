// Embeddings, overrides and isolates of a direction (UAX #9).
const TURNS = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/** As it is shown: nothing in it turns the direction of writing, by which "exe.jpg" could be read where it says "gpj.exe". */
export const shownName = (name: string): string => name.replace(TURNS, '');
