import { defineConfig } from 'vitest/config';
import { SlowFirst } from './test/support/slow-first.ts';
import { keepInMemory } from './test/support/temporary-files.ts';

keepInMemory();

export default defineConfig({
  test: {
    reporters: ['default', './test/support/plain-line-reporter.ts'],
    sequence: { sequencer: SlowFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{src,loadtest}/**/*.test.ts', 'test/faults/*check*.test.ts'],
          exclude: ['src/client/**'],
          // A process for each of so many files would take longer than all they do.
          isolate: false,
        },
      },
      {
        test: {
          // They put fakes in the place of modules: to each file its own.
          name: 'unit-client',
          include: ['src/client/**/*.test.ts'],
        },
      },
      {
        test: {
          name: 'integration',
          // To load all that they use for each file takes a tenth of the time.
          isolate: false,
          include: ['test/*.test.ts'],
          exclude: ['test/speed*.test.ts', 'test/hostile.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 30_000,
          // They wait most of the time: for timeouts, failovers, and what must not come.
          maxWorkers: 6,
          sequence: { groupOrder: 1 },
          // A busy machine is slow; what never comes is no faster seen with less.
          expect: { poll: { timeout: 10_000 } },
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          isolate: false,
          include: ['test/browser/*.test.ts'],
          exclude: ['test/browser/scroll.test.ts'],
          globalSetup: ['test/browser/support/browser-setup.ts'],
          testTimeout: 30_000,
          maxWorkers: 2,
          // Each worker has a browser, which wants a core: not beside what waits for others.
          sequence: { groupOrder: 2 },
          expect: { poll: { timeout: 10_000 } },
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/faults.test.ts'],
          hookTimeout: 120_000,
          // How long each fault is felt is published: then by itself.
          maxConcurrency: process.env['FAULTS'] === 'all' ? 1 : 2,
          // After the others: they measure time.
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'speed',
          include: ['test/speed*.test.ts'],
          hookTimeout: 120_000,
          maxWorkers: 1,
          // After all others: nothing of ours runs beside it.
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          name: 'browser-scroll',
          include: ['test/browser/scroll.test.ts'],
          globalSetup: ['test/browser/support/browser-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: { poll: { timeout: 10_000 } },
          // It measures frames: alone, too.
          sequence: { groupOrder: 5 },
        },
      },
      {
        test: {
          name: 'hostile',
          include: ['test/hostile.test.ts'],
          hookTimeout: 120_000,
          sequence: { groupOrder: 6 },
        },
      },
    ],
  },
});
