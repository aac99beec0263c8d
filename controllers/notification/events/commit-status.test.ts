import { describe, expect, test } from 'vitest';
import { commitStatusOf } from './commit-status.ts';
import { alertOf, eventOf, providerOf } from './testing/objects.ts';

const named = (commitStatusExpr?: string) =>
  commitStatusOf(
    providerOf({ type: 'github', ...(commitStatusExpr ? { commitStatusExpr } : {}) }),
    alertOf({ eventMetadata: { env: 'prod' } }),
    eventOf({ metadata: { revision: 'main@sha1:a' } }),
  );

describe('the status of a commit', () => {
  test('is called after the object and the cluster', () => {
    expect(named()).toBe('kustomization/apps/0a1b2c3d');
  });

  test('is called by an expression over the event, the alert and the provider', () => {
    const expression =
      "event.involvedObject.kind + '/' + event.metadata.revision + '/' + alert.spec.eventMetadata.env + '/' + provider.metadata.name";
    expect(named(expression)).toBe('Kustomization/main@sha1:a/prod/chat');
  });

  test.each([
    ['1 + 1', 'expected string, got int'],
    ['event.', 'failed to compile expression'],
    ['event.metadata.revision', 'expected string, got dyn'],
    ['string(event.metadata.absent)', 'no such key: absent'],
    ["[1].map(a, 'x')[9]", 'index out of bounds'],
  ])('cannot be called %s', (expression, problem) => {
    expect(() => named(expression)).toThrow(problem);
  });

  test('is none for what is no Git host', () => {
    expect(commitStatusOf(providerOf({ type: 'slack' }), alertOf(), eventOf())).toBe('');
  });
});
