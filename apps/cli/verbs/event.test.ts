import { expect, test } from 'vitest';
import { type ClusterEvent, describeLastSeen, eventRow } from './event.ts';

const now = Date.parse('2026-01-01T01:00:00Z');
const event = (fields: Partial<ClusterEvent>): ClusterEvent => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'e', namespace: 'apps' },
  ...fields,
});

test.each([
  ['seen once', { firstTimestamp: '2026-01-01T00:57:00Z' }, '3m'],
  [
    'seen again',
    { firstTimestamp: '2026-01-01T00:00:00Z', lastTimestamp: '2026-01-01T00:59:57Z', count: 4 },
    '3s (x4 over 60m)',
  ],
  [
    'as a series',
    {
      eventTime: '2026-01-01T00:00:00.000000Z',
      series: { count: 2, lastObservedTime: '2026-01-01T00:59:59.000000Z' },
    },
    '1s (x2 over 60m)',
  ],
  ['without a time', {}, '<unknown>'],
])('an event %s', (_, fields, text) => {
  expect(describeLastSeen(event(fields), now)).toBe(text);
});

test('its row names the object, and the namespace where several are shown', () => {
  const said = event({
    firstTimestamp: '2026-01-01T00:59:00Z',
    involvedObject: { kind: 'Kustomization', name: 'web' },
    type: 'Warning',
    reason: 'BuildFailed',
    message: 'no',
  });
  expect(eventRow(said, false, now)).toEqual(['60s', 'Warning', 'BuildFailed', 'Kustomization/web', 'no']);
  expect(eventRow(said, true, now)[0]).toBe('apps');
});
