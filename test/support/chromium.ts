import { existsSync } from 'node:fs';
import path from 'node:path';
import { install } from './programs.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const MACOS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** `CHROMIUM`, else what is on PATH, else installed by apt as root. @returns its path */
export function findChromium(): string {
  const given = process.env['CHROMIUM'];
  if (given !== undefined && given !== '') return given;
  const found = lookFor() ?? (install('chromium') ? lookFor() : undefined);
  if (found === undefined)
    throw new Error(
      'the browser tests need Chromium: set CHROMIUM to its path, or install it (Debian package: chromium)',
    );
  return found;
}

function lookFor(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(':');
  const onPath = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return [...onPath, ...MACOS].find((file) => existsSync(file));
}
