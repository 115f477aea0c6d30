import { fileURLToPath } from 'node:url';

/** A file that is shipped beside the code, e.g. `drizzle`: the same place seen from `src/lib` and from `dist/lib`. */
export const packagePath = (relative: string): string =>
  fileURLToPath(new URL(`../../${relative}`, import.meta.url));
