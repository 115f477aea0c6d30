import { z } from 'zod';
import type { AttachmentSettings } from './attachments/settings.ts';
import { hasLogin, isUrl, webUrl, whole } from './config-rules.ts';

const DEFAULT_BYTES = 25 * 1024 * 1024;
/** What one PUT to S3 takes (Amazon S3 User Guide, "Uploading objects"). */
const MAX_BYTES = 5 * 1024 ** 3;
const BYTES_RULE = `must be bytes, 1 to ${MAX_BYTES}`;
/** Servers other than AWS mostly do not care. */
const DEFAULT_S3_REGION = 'us-east-1';
const DEFAULT_CLAMD_PORT = 3310;

export const attachmentVariables = {
  ATTACHMENTS_DIR: z.string().optional(),
  MAX_ATTACHMENT_BYTES: whole(MAX_BYTES, BYTES_RULE, /^\d{1,10}$/)
    .refine((bytes) => bytes >= 1, { error: BYTES_RULE })
    .default(DEFAULT_BYTES),
  S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, {
      error: 'must be the name of a bucket: 3 to 63 of a-z, 0-9, . and -',
    })
    .optional(),
  S3_ENDPOINT: webUrl().optional(),
  S3_REGION: z.string().optional(),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  S3_FORCE_PATH_STYLE: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .default('false'),
  CLAMAV_URL: z
    .string()
    .refine(isClamdUrl, {
      error: 'must be a URL such as tcp://clamav:3310, with nothing behind the port',
    })
    .transform((text) => new URL(text))
    .optional(),
};

const fields = z.object(attachmentVariables);

/** @param hasOwnPlace whether the program's own directory will do: in production it is another on each node, and goes with the container */
export const attachmentsOf = (
  vars: z.infer<typeof fields>,
  hasOwnPlace: boolean,
): AttachmentSettings => ({
  store: storeOf(vars, hasOwnPlace),
  maxBytes: vars.MAX_ATTACHMENT_BYTES,
  clamd: vars.CLAMAV_URL && {
    // An IPv6 address stands in brackets there.
    host: vars.CLAMAV_URL.hostname.replaceAll(/[[\]]/g, ''),
    port: Number(vars.CLAMAV_URL.port || DEFAULT_CLAMD_PORT),
  },
});

function storeOf(vars: z.infer<typeof fields>, hasOwnPlace: boolean): AttachmentSettings['store'] {
  if (vars.S3_BUCKET === undefined)
    return vars.ATTACHMENTS_DIR === undefined && !hasOwnPlace
      ? { kind: 'none' }
      : { kind: 'local', dir: vars.ATTACHMENTS_DIR };
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = vars;
  return {
    kind: 's3',
    s3: {
      bucket: vars.S3_BUCKET,
      region: vars.S3_REGION ?? DEFAULT_S3_REGION,
      endpoint: vars.S3_ENDPOINT,
      credentials:
        accessKeyId === undefined || secretAccessKey === undefined
          ? undefined
          : { accessKeyId, secretAccessKey },
      isPathStyle: vars.S3_FORCE_PATH_STYLE === 'true',
    },
  };
}

function isClamdUrl(text: string): boolean {
  if (!isUrl(text, ['tcp:']) || hasLogin(text)) return false;
  const { hostname, pathname, search, hash } = new URL(text);
  return hostname !== '' && ['', '/'].includes(pathname) && search === '' && hash === '';
}
