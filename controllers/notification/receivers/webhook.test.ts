import { expect, test } from 'vitest';
import { requireEvent } from './event-names.ts';
import { requestTime } from './request-time.ts';
import { webhookOf } from './webhook.ts';
import { digestOfPath, webhookPath } from './webhook-path.ts';

const webhook = (...raw: string[]) => webhookOf(raw, Buffer.alloc(0));

test('the first of several headers counts, whatever the case of its name', () => {
  const { header } = webhook('x-hub-signature', 'a', 'X-Hub-Signature', 'b');
  expect(header('X-Hub-Signature')).toBe('a');
  expect(header('X-Other')).toBe('');
});

test('a path follows from the token, the name and the namespace', () => {
  // printf tokennamespace | sha256sum
  expect(webhookPath(Buffer.from('token'), { name: 'name', namespace: 'space' })).toBe(
    '/hook/8b01944ec24b3d02de66b480ef8fe6fdc186afa7ec0501539b00e285566ca9ca',
  );
  expect(digestOfPath('/hook/a')).not.toBe(digestOfPath('/hook/b'));
});

test.each([
  ['push', ['ping', 'push'], true],
  ['PUSH', ['push'], true],
  ['push', [], true],
  ['', [], true],
  ['Push Hook', ['push hook'], true],
  ['pu\u017fh', ['push'], true],
  ['push', ['ping'], false],
  ['push', ['pushed'], false],
  ['', ['push'], false],
  ['stra\u00dfe', ['strasse'], false],
])('event %j of %j is wanted: %s', (event, events, wanted) => {
  const asked = () =>
    requireEvent(webhook('X-Event', Buffer.from(event).toString('latin1')), 'X-Event', events, 'event');
  if (wanted) expect(asked()).toBe(`handling event: ${event}`);
  else expect(asked).toThrow(`the event "${event}" is not authorised`);
});

test('the value of a request is a time as Go prints it', () => {
  const origin = Date.UTC(2026, 10, 29, 18, 0, 0);
  expect(requestTime(origin, 1500.25)).toBe('2026-11-29 18:00:01.50025 +0000 UTC m=+1.500250000');
  expect(requestTime(origin, 1000)).toBe('2026-11-29 18:00:01 +0000 UTC m=+1.000000000');
});
