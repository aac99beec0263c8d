import type { ImagePolicy, ImageRepository } from '@millrace/api';
import { describe, expect, test } from 'vitest';
import { requireAccess } from './access.ts';

const policy = (namespace: string): ImagePolicy => ({
  apiVersion: 'image.toolkit.fluxcd.io/v1',
  kind: 'ImagePolicy',
  metadata: { namespace: 'apps', name: 'app' },
  spec: { imageRepositoryRef: { name: 'app', namespace }, policy: {} },
});
const repository = (accessFrom?: ImageRepository['spec']['accessFrom']): ImageRepository => ({
  apiVersion: 'image.toolkit.fluxcd.io/v1',
  kind: 'ImageRepository',
  metadata: { namespace: 'images', name: 'app' },
  spec: { image: 'x/y', interval: '1m', ...(accessFrom ? { accessFrom } : {}) },
});
const apps = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'apps', labels: { team: 'a' } } };

describe('a policy may use a repository', () => {
  test.each<[string, ImagePolicy, ImageRepository]>([
    ['of its own namespace', policy('apps'), repository()],
    ['that lets everybody in', policy('images'), repository({ namespaceSelectors: [{}] })],
    [
      'that lets its namespace in by a label',
      policy('images'),
      repository({ namespaceSelectors: [{ matchLabels: { team: 'b' } }, { matchLabels: { team: 'a' } }] }),
    ],
  ])('%s', (_, from, to) => {
    expect(() => requireAccess(from, to, apps)).not.toThrow();
  });

  test.each<[string, ImageRepository, string]>([
    [
      'says nothing',
      repository(),
      "'images/app' can't be accessed due to missing ACL labels on 'accessFrom'",
    ],
    [
      'lets nobody in',
      repository({ namespaceSelectors: [] }),
      "'images/app' can't be accessed due to ACL labels mismatch on namespace 'apps'",
    ],
    [
      'lets others in',
      repository({ namespaceSelectors: [{ matchLabels: { team: 'b' } }] }),
      "'images/app' can't be accessed due to ACL labels mismatch on namespace 'apps'",
    ],
  ])('but not one that %s', (_, to, why) => {
    expect(() => requireAccess(policy('images'), to, apps)).toThrow(
      `failed to get the referred ImageRepository: access denied: ${why}`,
    );
  });

  test('but not where the namespace is not known', () => {
    const open = repository({ namespaceSelectors: [{}] });
    expect(() => requireAccess(policy('images'), open, undefined)).toThrow('access denied');
  });
});
