import { expect, test } from 'vitest';
import { narrate } from './narrator.ts';

const eventOf = (reason: string, message: string) => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'a' },
  type: 'Normal',
  reason,
  message,
  source: { component: 'source-controller' },
});

test.each([
  [
    'a new artifact',
    'NewArtifact',
    "stored artifact for commit 'one'",
    ["◎ a                fetched commit 'one'"],
  ],
  ['a source that was looked at', 'GitOperationSucceeded', 'no changes since last reconciliation', []],
  ['an artifact that is up to date', 'ArtifactUpToDate', 'artifact up-to-date', []],
])('%s is told as what it is to a reader', (_, reason, message, lines) => {
  expect(narrate(eventOf(reason, message) as Parameters<typeof narrate>[0], 'a', false)).toEqual(lines);
});
