import type { Condition, HelmRelease } from '@millrace/api';
import { describe, expect, test } from 'vitest';
import { commonMetadataDigest, postRenderersDigest, summarise } from './summary.ts';
import { attemptOf, hrOf } from './testing/index.ts';

/** `Released=True@2`: a condition of the second generation. */
function conditionsFrom(...texts: string[]): Condition[] {
  return texts.map(text => {
    const [, type = '', status = '', generation = ''] = /^(\w+)=(\w+)@(\d+)$/.exec(text) ?? [];
    return {
      type,
      status: status as Condition['status'],
      reason: `${type}Reason`,
      message: `${type} message`,
      observedGeneration: Number(generation),
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
  });
}
const tests = { enable: true };

describe('Ready', () => {
  test.each<[string[], HelmRelease['spec']['test'], string, string]>([
    [['Released=True@1'], undefined, 'True', 'ReleasedReason'],
    [['Released=False@1'], undefined, 'False', 'ReleasedReason'],
    [['Remediated=True@1', 'Released=True@1'], undefined, 'False', 'RemediatedReason'],
    [['Remediated=True@1', 'Released=True@2'], undefined, 'True', 'ReleasedReason'],
    [['Released=True@1', 'TestSuccess=False@1'], tests, 'False', 'TestSuccessReason'],
    [['Released=True@1', 'TestSuccess=False@1'], undefined, 'True', 'ReleasedReason'],
    [
      ['Released=True@1', 'TestSuccess=False@1'],
      { ...tests, ignoreFailures: true },
      'True',
      'ReleasedReason',
    ],
    [['Released=False@2', 'TestSuccess=True@1'], tests, 'False', 'ReleasedReason'],
    [['Remediated=False@1', 'TestSuccess=False@1', 'Released=False@1'], tests, 'False', 'RemediatedReason'],
  ])('of %j with tests %j is %s, for the reason %s', (texts, test, status, reason) => {
    const attempt = attemptOf(hrOf(test ? { test } : {}, { conditions: conditionsFrom(...texts) }));
    summarise(attempt);
    expect(attempt.condition('Ready')).toMatchObject({ status, reason });
  });

  test('ends what has stalled when it is True', () => {
    const attempt = attemptOf(hrOf({}, { conditions: conditionsFrom('Released=True@1', 'Stalled=True@1') }));
    summarise(attempt);
    expect(attempt.condition('Stalled')).toBeUndefined();
  });

  test('goes with the digests of what the release was made with', () => {
    const hr = hrOf(
      { commonMetadata: { labels: { a: 'b' } } },
      { conditions: conditionsFrom('Released=True@1'), observedPostRenderersDigest: 'sha256:before' },
    );
    const attempt = attemptOf(hr);
    summarise(attempt);
    expect(attempt.status.observedPostRenderersDigest).toBeUndefined();
    expect(attempt.status.observedCommonMetadataDigest).toBe(commonMetadataDigest(hr));
  });
});

/** Digests that helm-controller v1.6.3 has written into the status of such objects (e2e/beside-helm/golden). */
describe('a digest', () => {
  test('of common metadata does not mind the order of labels', () => {
    const of = (labels: Record<string, string>) => commonMetadataDigest(hrOf({ commonMetadata: { labels } }));
    expect(of({ a: '1', b: '2' })).toBe(of({ b: '2', a: '1' }));
    expect(of({ a: '1' })).not.toBe(of({ a: '2' }));
    expect(commonMetadataDigest(hrOf())).toBe('');
  });

  test('of post-renderers minds their order, and what is empty is not there', () => {
    const of = (postRenderers: HelmRelease['spec']['postRenderers']) =>
      postRenderersDigest(hrOf({ postRenderers }));
    const [a, b] = [
      { kustomize: { patches: [{ patch: 'a' }] } },
      { kustomize: { patches: [{ patch: 'b' }] } },
    ];
    expect(of([a, b])).not.toBe(of([b, a]));
    expect(of([{ kustomize: { patches: [{ patch: 'a', target: { kind: '' } }], images: [] } }])).toBe(
      of([{ kustomize: { patches: [{ patch: 'a', target: {} }] } }]),
    );
    expect(postRenderersDigest(hrOf())).toBe('');
  });
});
