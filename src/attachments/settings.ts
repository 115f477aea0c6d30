/** What the environment says of attachments. */
export interface AttachmentSettings {
  readonly store:
    /** `dir`: `attachments` in the state directory with `undefined`. */
    | { readonly kind: 'local'; readonly dir: string | undefined }
    | { readonly kind: 's3'; readonly s3: S3Settings }
    /** No files can be sent. */
    | { readonly kind: 'none' };
  /** Of one file, in bytes. */
  readonly maxBytes: number;
  /** Where clamd listens; nothing is scanned with `undefined`. */
  readonly clamd: { readonly host: string; readonly port: number } | undefined;
}

export interface S3Settings {
  readonly bucket: string;
  readonly region: string;
  /** AWS with `undefined`. */
  readonly endpoint: string | undefined;
  /** The AWS default chain (roles, profiles, its own variables) with `undefined`. */
  readonly credentials:
    | { readonly accessKeyId: string; readonly secretAccessKey: string }
    | undefined;
  /** `endpoint/bucket/key` instead of `bucket.endpoint/key`: most servers that are not AWS want it. */
  readonly isPathStyle: boolean;
}

/** Where browsers put and get the bytes, past the node: the origin that a page's CSP must allow. */
export function bucketOrigin({ bucket, region, endpoint, isPathStyle }: S3Settings): string {
  const url = new URL(endpoint ?? `https://s3.${region}.amazonaws.com`);
  return `${url.protocol}//${isPathStyle ? '' : `${bucket}.`}${url.host}`;
}
