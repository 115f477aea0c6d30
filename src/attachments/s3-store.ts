import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { errorCode } from '../lib/error-code.ts';
import type { Logger } from '../lib/logger.ts';
import { contentDisposition } from './disposition.ts';
import {
  type Bytes,
  DOWNLOAD_SECONDS,
  type ObjectStore,
  StoreError,
  checkKeys,
  checkPrefix,
  exactly,
} from './object-store.ts';
import type { S3Settings } from './settings.ts';
import { download } from './work-folder.ts';

/** A server that is away must not be waited for: in milliseconds. */
const CONNECT_MS = 3_000;
/** Nothing moves on the connection for so long: it hangs. In milliseconds. */
const IDLE_MS = 5_000;
/** What one `DeleteObjects` takes at most (Amazon S3 API Reference). */
const MAX_DELETED = 1_000;

/** Any server that speaks S3. Objects that a node writes or reads pass through it as streams. Close it when it is done. */
export interface S3Store extends ObjectStore {
  /** Says in words for the operator what keeps the bucket from being used now; `undefined` when nothing does. */
  check(): Promise<string | undefined>;
  close(): void;
}

export function openS3Store(settings: S3Settings, logger: Logger): S3Store {
  const { bucket: Bucket } = settings;
  const client = createClient(settings);
  const read: S3Store['read'] = async (Key) => {
    checkKeys(Key);
    const command = new GetObjectCommand({ Bucket, Key });
    const found = await client.send(command).catch((error: unknown) => {
      if (error instanceof NoSuchKey) return undefined;
      return failed(error);
    });
    if (!(found?.Body instanceof Readable)) return undefined;
    return { stream: found.Body, size: found.ContentLength ?? 0 };
  };

  return {
    async check() {
      try {
        await client.send(new HeadBucketCommand({ Bucket }));
        return undefined;
      } catch (error) {
        return describe(error);
      }
    },
    close: () => client.destroy(),

    async uploadTarget(Key, ContentLength, ContentType, expiresAt) {
      checkKeys(Key);
      const command = new PutObjectCommand({ Bucket, Key, ContentLength, ContentType });
      const expiresIn = Math.ceil((expiresAt.getTime() - Date.now()) / 1_000);
      const signableHeaders = new Set(['content-type', 'content-length']);
      const url = await ask(getSignedUrl(client, command, { expiresIn, signableHeaders }));
      // Browsers set Content-Length by themselves, and let nobody else.
      return { url, headers: { 'Content-Type': ContentType } };
    },

    async downloadUrl(Key, presentation) {
      checkKeys(Key);
      const command = new GetObjectCommand({
        Bucket,
        Key,
        ResponseContentType: presentation.contentType,
        ResponseContentDisposition: contentDisposition(presentation),
        ResponseCacheControl: 'private, max-age=900',
      });
      return ask(getSignedUrl(client, command, { expiresIn: DOWNLOAD_SECONDS }));
    },

    async write(Key, source, size) {
      checkKeys(Key);
      await send(client, { Bucket, Key }, source, size);
    },

    read,

    async copyTo(key, size, file) {
      const found = await read(key);
      if (found?.size === size) await download(found, file);
      else found?.stream.destroy();
      return found?.size;
    },

    async adopt(Key, file) {
      checkKeys(Key);
      const { size } = await stat(file);
      await send(client, { Bucket, Key }, createReadStream(file), size);
      return size;
    },

    async *list(Prefix) {
      checkPrefix(Prefix);
      let ContinuationToken: string | undefined;
      do {
        const command = new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken });
        const page = await ask(client.send(command));
        for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
    },

    async remove(keys) {
      checkKeys(...keys);
      for (let at = 0; at < keys.length; at += MAX_DELETED) {
        const Objects = keys.slice(at, at + MAX_DELETED).map((Key) => ({ Key }));
        const command = new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } });
        const { Errors = [] } = await ask(client.send(command));
        // To Amazon's it is no error; to others it is when somebody else removes the object at the same moment.
        const failures = Errors.filter(({ Code }) => Code !== 'NoSuchKey');
        const [first] = failures;
        if (first === undefined) continue;
        logger.debug({ code: first.Code, count: failures.length }, 'objects could not be removed');
        throw new StoreError(`S3 did not remove objects: ${first.Code ?? 'unknown error'}`);
      }
    },
  };
}

const ask = <T>(work: Promise<T>): Promise<T> => work.catch(failed);

const ignore = (): void => undefined;

// Of versions that are still to come: this one is pinned, and works on Node 20.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

const createClient = ({ region, endpoint, credentials, isPathStyle }: S3Settings): S3Client =>
  new S3Client({
    region,
    forcePathStyle: isPathStyle,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts: 2,
    // It would write to the console.
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    // Checksums of a newer kind, which not all servers know; in a signed URL it would be that of an empty body.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: IDLE_MS },
  });

/** The SDK asks for the next piece before the one before it is sent. */
async function* kept(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield Uint8Array.from(piece);
}

/** The SDK neither hears of a source that fails nor counts what it gives. */
async function send(
  client: S3Client,
  where: { Bucket: string; Key: string },
  source: Bytes,
  size: number,
): Promise<void> {
  const aborter = new AbortController();
  let sourceError: { readonly error: unknown } | undefined;
  const Body = Readable.from(kept(exactly(source, size)), { objectMode: false });
  Body.on('error', (error: unknown) => {
    sourceError = { error };
    aborter.abort();
  });
  try {
    await client.send(new PutObjectCommand({ ...where, Body, ContentLength: size }), {
      abortSignal: aborter.signal,
    });
  } catch (error) {
    if (sourceError !== undefined) throw sourceError.error;
    failed(error);
  } finally {
    Body.destroy();
  }
}

function failed(error: unknown): never {
  throw new StoreError(`S3: ${describe(error)}`, { cause: error });
}

/** Messages of S3 may have keys and accounts in them, names have not. */
function describe(error: unknown): string {
  if (error instanceof S3ServiceException)
    return `${error.name} (${error.$metadata.httpStatusCode ?? 'no answer'})`;
  return errorCode(error) ?? (error instanceof Error ? error.name : 'unknown error');
}
