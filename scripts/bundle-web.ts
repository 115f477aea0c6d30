import { bundleWeb } from './lib/bundle-web.ts';

await bundleWeb();
