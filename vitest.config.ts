import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{engines,clients,toolkit,controllers,apps,bench,check}/**/*.test.ts', 'e2e/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    setupFiles: ['./fast-check.setup.ts'],
    // Fuzzing takes its time; a test does not.
    testTimeout: process.env.FUZZ === '1' ? 600_000 : 30_000,
    hookTimeout: 30_000,
    // A busy machine is slow, not wrong: what is waited for may take its time.
    expect: { poll: { timeout: 10_000 } },
    maxWorkers: 2,
  },
});
