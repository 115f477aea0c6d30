import { expect, test } from 'vitest';
import { bucketOrigin } from './settings.ts';

const s3 = { bucket: 'files', region: 'eu-central-1', endpoint: undefined, credentials: undefined };

test.each<[string | undefined, boolean, string]>([
  [undefined, false, 'https://files.s3.eu-central-1.amazonaws.com'],
  [undefined, true, 'https://s3.eu-central-1.amazonaws.com'],
  ['http://minio:9000/', true, 'http://minio:9000'],
  ['https://r2.example', false, 'https://files.r2.example'],
])('%s, path style %s: a page must allow %s', (endpoint, isPathStyle, origin) => {
  expect(bucketOrigin({ ...s3, endpoint, isPathStyle })).toBe(origin);
});
