import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { packagePath } from '../lib/package-path.ts';
import { StartupError } from '../lib/startup-error.ts';
import type { Request, Route } from '../transport/http.ts';
import type { Reply } from '../transport/reply.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
};

/** Where `npm run build` puts what browsers load. */
export const builtPath = (name: string): string => packagePath(path.join('dist/web', name));

/**
 * Serves a file of the build, from memory.
 *
 * @param name below `dist/web`
 * @param access whether requests for it are limited
 * @throws {StartupError} when it is not there
 */
export async function builtFile(
  route: string,
  name: string,
  headers: Readonly<Record<string, string>>,
  access: 'public' | 'unlimited' = 'public',
): Promise<Route> {
  const plain = await readBuilt(name);
  const zipped = await promisify(gzip)(plain);
  const type = TYPES[path.extname(name)] ?? 'application/octet-stream';
  // Weak: it is the same for both encodings (RFC 9110, section 8.8.1).
  const tag = `"${createHash('sha256').update(plain).digest('base64url')}"`;
  const common = { ...headers, ETag: `W/${tag}`, Vary: 'Accept-Encoding, Origin' };
  const handle = ({ ifNoneMatch, acceptEncoding }: Request): Reply => {
    if (ifNoneMatch.includes(tag)) return { status: 304, type: '', body: '', headers: common };
    if (!/\bgzip\b(?!;\s*q=0(\.0*)?(,|$))/.test(acceptEncoding))
      return { status: 200, type, body: plain, headers: common };
    return { status: 200, type, body: zipped, headers: { ...common, 'Content-Encoding': 'gzip' } };
  };
  return { method: 'GET', path: route, access, handle };
}

async function readBuilt(name: string): Promise<Buffer> {
  const file = builtPath(name);
  try {
    return await readFile(file);
  } catch (cause) {
    throw new StartupError(`${file} can't be read: run npm run build`, { cause });
  }
}
