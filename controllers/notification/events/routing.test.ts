import { describe, expect, test } from 'vitest';
import { isFor } from './routing.ts';
import { eventOf, providerOf } from './testing/objects.ts';

const own = 'kustomize.toolkit.fluxcd.io';
const update = { [`${own}/commit_status`]: 'update' };
const commit = { 'event.toolkit.fluxcd.io/commit': 'sha1:a' };
const change = { 'event.toolkit.fluxcd.io/change_request': '12' };

describe('an event is for a provider', () => {
  test.each([
    ['slack', {}, 'info', true],
    ['slack', update, 'info', false],
    ['generic', update, 'info', true],
    ['generic-hmac', update, 'info', true],
    ['github', {}, 'info', 'the event names no commit'],
    ['github', update, 'info', true],
    ['github', commit, 'info', true],
    ['gitea', {}, 'error', true],
    ['githubpullrequestcomment', {}, 'error', 'the event names no change request'],
    ['githubpullrequestcomment', change, 'info', true],
    ['githubpullrequestcomment', { ...change, ...update }, 'info', false],
  ] as const)('of type %s with %j and severity %s: %s', (type, metadata, severity, expected) => {
    expect(isFor(providerOf({ type }), eventOf({ metadata, severity }))).toBe(expected);
  });
});
