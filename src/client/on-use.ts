/** What is loaded when it is used for the first time: one module, for one request. */
export { UserAccount } from './account/account.ts';
export { Push } from './account/browser-push.ts';
export { tidyNotifications } from './account/notifications.ts';
export { Amendments } from './state/amendments.ts';
export { Uploader } from './upload/uploader.ts';
