import { createChatting } from './chatting.ts';
import { createRequesting } from './requesting.ts';
import { createWatching } from './watching.ts';

/** What a generator process can be asked to do. */
export const createOperations = () => ({
  ...createChatting(),
  ...createWatching(),
  ...createRequesting(),
});

export type Operations = ReturnType<typeof createOperations>;
