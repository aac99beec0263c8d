import { defineConfig } from 'vitest/config';

/** `npm run test:long`: floods, soaks and kills, in files of their own. */
const long = process.env.LONG === '1';
const rooms = '{engines,clients,toolkit,controllers,apps,bench,build,check,e2e}';

export default defineConfig({
  test: {
    include: [`${rooms}/**/*${long ? '.long' : ''}.test.ts`],
    exclude: ['**/node_modules/**', ...(long ? [] : ['**/*.long.test.ts'])],
    setupFiles: ['./fast-check.setup.ts'],
    globalSetup: ['./temporary-folder.setup.ts'],
    // Fuzzing takes its time; a test does not.
    testTimeout: long || process.env.FUZZ === '1' ? 600_000 : 30_000,
    hookTimeout: 120_000,
    // A busy machine is slow, not wrong: what is waited for may take its time.
    expect: { poll: { timeout: 10_000 } },
    maxWorkers: 2,
    // Scenarios wait more than they work.
    maxConcurrency: long ? 10 : 5,
  },
});
