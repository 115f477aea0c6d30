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
  Attachment,
  Cancellable,
  ClientOptions,
  ClientStorage,
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
  TokenRequest,
  Upload,
  WebSocketConstructor,
  WebSocketLike,
} from './types.ts';
