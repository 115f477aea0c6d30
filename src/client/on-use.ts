/** What is loaded when it is used for the first time: one module, for one request. */
export { Amendments } from './state/amendments.ts';
export { Uploader } from './upload/uploader.ts';
