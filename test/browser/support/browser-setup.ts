import type { TestProject } from 'vitest/node';
import { findChromium } from '../../support/chromium.ts';
import setUpServices from '../../support/global-setup.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The browser's program. */
    chromium: string;
  }
}

/** What the other tests are given, and a browser. */
export default function setup(project: TestProject): Promise<() => Promise<void>> {
  try {
    project.provide('chromium', findChromium());
  } catch (error) {
    console.error(`npm test: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
  return setUpServices(project);
}
