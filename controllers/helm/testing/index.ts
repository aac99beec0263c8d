import { type HelmRelease, helmRelease, parseResource } from '@millrace/api';
import type { Release, ReleaseStatus } from '@millrace/helm';
import { type Records, ReleaseNotFound } from '@millrace/releases';
import { Attempt } from '../attempt.ts';
import { snapshotOf } from '../history.ts';

/** A HelmRelease `shop/app` of the first generation. */
export function hrOf(
  spec: Partial<HelmRelease['spec']> = {},
  status: HelmRelease['status'] = {},
): HelmRelease {
  return parseResource(helmRelease, {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name: 'app', namespace: 'shop', generation: 1 },
    spec: { interval: '1h', chartRef: { kind: 'HelmChart', name: 'chart' }, ...spec },
    status: { observedGeneration: 1, ...status },
  } as never);
}

/** A revision of the release `shop/app`. */
export function releaseOf(
  version: number,
  status: ReleaseStatus = 'deployed',
  more: Partial<Release> = {},
): Release {
  const time = '2026-01-02T03:04:05.678901234Z';
  return {
    name: 'app',
    namespace: 'shop',
    version,
    info: {
      firstDeployed: time,
      lastDeployed: time,
      description: '',
      status,
      rollbackRevision: 0,
      notes: '',
    },
    chart: {
      metadata: { name: 'app', version: '1.0.0', apiVersion: 'v2', appVersion: 'v9' },
      lock: undefined,
      templates: [],
      values: {},
      schema: undefined,
      schemaModTime: '0001-01-01T00:00:00Z',
      files: [],
    },
    config: {},
    manifest: '',
    hooks: [],
    applyMethod: 'ssa',
    labels: {},
    ...more,
  };
}

/** An attempt whose HelmRelease remembers these revisions. */
export function attemptOf(hr: HelmRelease, known: Release[] = []): Attempt {
  const attempt = new Attempt(hr, () => {});
  attempt.history = known.map(release => snapshotOf(release, {}));
  return attempt;
}

/** Storage in memory. */
export function recordsOf(...releases: Release[]): Records {
  const find = (version: number) => {
    const found = releases.find(release => release.version === version);
    if (!found) throw new ReleaseNotFound();
    return found;
  };
  const newest = () => Math.max(...releases.map(({ version }) => version));
  return {
    history: async () => releases.toSorted((a, b) => a.version - b.version),
    get: async (_, version) => find(version),
    last: async () => find(newest()),
    deployed: async () => releases.findLast(({ info }) => info.status === 'deployed'),
    all: async () => releases,
    create: async release => void releases.push(release),
    update: async release => void releases.splice(releases.indexOf(find(release.version)), 1, release),
    delete: async release => void releases.splice(releases.indexOf(find(release.version)), 1),
  };
}
