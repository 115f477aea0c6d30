/** The public entry of the SDK: docs/sdk.md. */
export type {
  Account,
  BrowserPush,
  Device,
  PushStatus,
  QuietHours,
  ServiceWorkerLike,
  Settings,
  SettingsChange,
} from './account-types.ts';
export { createClient } from './create-client.ts';
export { ParleyError, type ParleyErrorCode } from './errors.ts';
export { indexedDbStorage } from './storage/indexed-db.ts';
export { memoryStorage } from './storage/memory.ts';
export type {
  ClientOptions,
  ClientStorage,
  TokenRequest,
  WebSocketConstructor,
  WebSocketLike,
} from './client-options.ts';
export type {
  Attachment,
  Cancellable,
  ConnectionState,
  ConversationList,
  ConversationSummary,
  FailedMessage,
  Loading,
  Message,
  Muted,
  Observable,
  ParleyClient,
  Presence,
  Reaction,
  SendOptions,
  SendingMessage,
  StoredMessage,
  Thread,
  ThreadState,
  Upload,
} from './types.ts';
