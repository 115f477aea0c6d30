import { createChatting } from './chatting.ts';
import { createPushing } from './pushing.ts';
import { createRequesting } from './requesting.ts';
import { createUploading } from './uploading.ts';
import { createWatching } from './watching.ts';

/** What a generator process can be asked to do. */
export const createOperations = () => ({
  ...createChatting(),
  ...createWatching(),
  ...createRequesting(),
  ...createUploading(),
  ...createPushing(),
});

export type Operations = ReturnType<typeof createOperations>;
