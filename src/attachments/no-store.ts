import { type ObjectStore, StoreError } from './object-store.ts';

const fail = (): Promise<never> =>
  Promise.reject(
    new StoreError(
      'there is no place for files: set ATTACHMENTS_DIR (shared by all nodes) or S3_BUCKET',
    ),
  );

/** Where there is no place for files: none can be announced, and those of another time are out of reach. */
export const noStore: ObjectStore = {
  uploadTarget: fail,
  downloadUrl: fail,
  write: fail,
  read: fail,
  copyTo: fail,
  adopt: fail,
  async *list() {
    yield await fail();
  },
  remove: fail,
};
