/** What a node serves as `/inbox.js`, for pages without a bundler. */
export * from '../../client/parley-client.ts';
export * from '../inbox/parley-inbox.ts';
