import { describe, expect, test } from 'vitest';
import { cleaned, sameness, withoutToken } from './intake.ts';
import { eventOf } from './testing/objects.ts';

const own = 'kustomize.toolkit.fluxcd.io/';

describe('an event that comes in', () => {
  test('keeps metadata of its object and of the annotations, and no digests', () => {
    const metadata = {
      [`${own}revision`]: 'main@sha1:a',
      [`${own}checksum`]: 'c',
      [`${own}Digest`]: 'd',
      'event.toolkit.fluxcd.io/team': 'a',
      'helm.toolkit.fluxcd.io/revision': 'of another group',
      plain: 'without a group',
    };
    expect(cleaned(eventOf({ metadata })).metadata).toEqual({
      [`${own}revision`]: 'main@sha1:a',
      'event.toolkit.fluxcd.io/team': 'a',
    });
  });

  test('of the core group has keys that begin with a slash', () => {
    const event = eventOf({
      involvedObject: { apiVersion: 'v1', kind: 'Pod', name: 'p', namespace: 'n' },
      metadata: { '/revision': '1', revision: '2' },
    });
    expect(cleaned(event).metadata).toEqual({ '/revision': '1' });
  });

  test.each<[string, Parameters<typeof eventOf>[0]]>([
    ['severity', { severity: 'error' }],
    ['reason', { reason: 'Other' }],
    ['time', { timestamp: '2027-01-01T00:00:00Z' }],
    ['other metadata', { metadata: { [`${own}commit_status`]: 'update' } }],
  ])('says the same with another %s', (_, more) => {
    expect(sameness(eventOf(more))).toBe(sameness(eventOf()));
  });

  test.each<[string, Parameters<typeof eventOf>[0]]>([
    ['message', { message: 'other' }],
    ['object', { involvedObject: { ...eventOf().involvedObject, name: 'other' } }],
    ['revision', { metadata: { [`${own}revision`]: 'b' } }],
    ['origin revision', { metadata: { [`${own}originRevision`]: 'b' } }],
    ['token', { metadata: { [`${own}token`]: 'b' } }],
  ])('says another thing with another %s', (_, more) => {
    expect(sameness(eventOf(more))).not.toBe(sameness(eventOf()));
  });

  test('is told without its token', () => {
    const metadata = { [`${own}token`]: 'x', [`${own}revision`]: 'a' };
    expect(withoutToken(eventOf({ metadata })).metadata).toEqual({ [`${own}revision`]: 'a' });
  });
});
