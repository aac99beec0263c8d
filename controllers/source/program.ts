import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { keepArtifacts } from '@millrace/artifact';
import { cloud } from '@millrace/cloud';
import { startController } from '@millrace/controller';
import type { UrlMap } from '@millrace/git-access';
import { serviceAccountTokens } from '@millrace/kube';
import { sigstoreRoots } from '@millrace/oci-signatures';
import { addressOf, FlagError, type Program } from '@millrace/process';
import { requireObjectLevelIdentity } from '@millrace/process/flags';
import { bucketReconciler } from './bucket/reconciler.ts';
import { sourceFlags } from './flags/index.ts';
import { gitRepositoryReconciler } from './git/reconciler.ts';
import { helmChartReconciler } from './helm/chart/reconciler.ts';
import type { HelmOptions } from './helm/options.ts';
import { helmRepositoryReconciler } from './helm/repository/reconciler.ts';
import { startWorks } from './helm/work/works.ts';
import { ociRepositoryReconciler } from './oci/reconciler.ts';

/** What a process on somebody's machine knows beside the flags. */
export interface Local {
  /** Repositories that are fetched from elsewhere than their URL says. */
  urls?: UrlMap;
  /** Told where artifacts are served. */
  onServed?(url: string): void;
}

/** Those of source-controller v1.9.1. */
const gates = {
  ObjectLevelWorkloadIdentity: false,
  // Moot: Secrets and ConfigMaps that are named are watched, and no others.
  CacheSecretsAndConfigMaps: false,
};

export function sourceController(local: Local = {}): Program<typeof sourceFlags, keyof typeof gates> {
  return {
    name: 'source-controller',
    flags: sourceFlags,
    gates,
    async start({ environment, settings, flags: given, gates: open, alone }) {
      requireObjectLevelIdentity(given.defaultServiceAccount, open.ObjectLevelWorkloadIdentity, alone);
      const address = addressOf(given.storageAddr, 'storage-addr');
      if (!address) throw new FlagError('--storage-addr: artifacts have to be served somewhere');
      const kept = await keepArtifacts({
        path: given.storagePath,
        address,
        advertised: given.storageAdvAddr,
        retention: { ttl: given.artifactRetentionTtl, records: given.artifactRetentionRecords },
        algorithm: given.artifactDigestAlgo,
      });
      local.onServed?.(kept.url);
      const { storage } = kept;
      const clouds = cloud({
        serviceAccounts: serviceAccountTokens(environment.client),
        objectLevel: open.ObjectLevelWorkloadIdentity,
        tokens: {
          maxSize: given.tokenCacheMaxSize,
          maxDuration: given.tokenCacheMaxDuration,
          told: environment.metrics.tokens,
        },
      });
      const identities = {
        objectLevelIdentity: open.ObjectLevelWorkloadIdentity,
        defaultServiceAccount: given.defaultServiceAccount || undefined,
      };
      const git = gitRepositoryReconciler(environment, {
        storage,
        gitFolder: join(given.storagePath, 'git'),
        urls: local.urls ?? [],
        algorithms: { kex: words(given.sshKexAlgos), hostKey: words(given.sshHostkeyAlgos) },
        cloud: clouds,
        ...identities,
      });
      const roots = sigstoreRoots(join(given.storagePath, 'sigstore'));
      const helm: HelmOptions = {
        storage,
        cloud: clouds,
        roots,
        works: startWorks({ indexes: given.helmCacheMaxSize, ttl: given.helmCacheTtl }),
        limits: {
          index: given.helmIndexMaxSize,
          chart: given.helmChartMaxSize,
          chartFile: given.helmChartFileMaxSize,
        },
        urls: local.urls ?? [],
        scratch: await emptyFolder(join(given.storagePath, 'helm')),
      };
      const oci = ociRepositoryReconciler(environment, {
        storage,
        cloud: clouds,
        roots,
        urls: local.urls ?? [],
        ...identities,
      });
      const bucket = bucketReconciler(environment, {
        storage,
        folder: join(given.storagePath, 'buckets'),
        cloud: clouds,
        ...identities,
      });
      const running = await Promise.all([
        startController(bucket, environment, settings),
        startController(git, environment, settings),
        startController(oci, environment, settings),
        startController(helmRepositoryReconciler(environment, helm), environment, settings),
        startController(helmChartReconciler(environment, helm), environment, settings),
      ]);
      return {
        async stop() {
          await Promise.all(running.map(controller => controller.stop()));
          await helm.works.stop();
          await kept.stop();
        },
      };
    },
  };
}

/** What a process that ended has left there is of no use. */
async function emptyFolder(path: string): Promise<string> {
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true, mode: 0o700 });
  return path;
}

/** Names that stand in one value, separated by commas, or in several. */
function words(values: string[]): string[] {
  return values.flatMap(value => value.split(',')).map(word => word.trim());
}
