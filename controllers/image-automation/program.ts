import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cloud } from '@millrace/cloud';
import { startController } from '@millrace/controller';
import { startIdentities, type UrlMap } from '@millrace/git-access';
import { serviceAccountTokens } from '@millrace/kube';
import type { Program } from '@millrace/process';
import { requireObjectLevelIdentity } from '@millrace/process/flags';
import { automationFlags } from './flags/index.ts';
import { component } from './names.ts';
import { imageUpdateAutomationReconciler } from './reconciler.ts';

/** Those of image-automation-controller v1.2.1. */
const gates = {
  GitForcePushBranch: true,
  GitAllBranchReferences: true,
  ObjectLevelWorkloadIdentity: false,
  // Moot: one commit is fetched, nothing is checked out, and Secrets that are named are watched, and no others.
  GitShallowClone: true,
  GitSparseCheckout: false,
  CacheSecretsAndConfigMaps: false,
};

/** @param urls repositories that lie elsewhere than their URL says */
export function imageAutomationController(
  urls: UrlMap = [],
): Program<typeof automationFlags, keyof typeof gates> {
  return {
    name: component,
    flags: automationFlags,
    gates,
    async start({ environment, settings, flags: given, gates: open, alone }) {
      requireObjectLevelIdentity(given.defaultServiceAccount, open.ObjectLevelWorkloadIdentity, alone);
      const folder = await mkdtemp(join(tmpdir(), 'millrace-images-'));
      const identities = startIdentities();
      const reconciler = imageUpdateAutomationReconciler(environment, {
        folder,
        namespace: settings.namespace,
        crossNamespaceRefs: !given.noCrossNamespaceRefs,
        forcePush: open.GitForcePushBranch,
        allBranches: open.GitAllBranchReferences,
        access: {
          urls,
          algorithms: { kex: words(given.sshKexAlgos), hostKey: words(given.sshHostkeyAlgos) },
          cloud: cloud({
            serviceAccounts: serviceAccountTokens(environment.client),
            objectLevel: open.ObjectLevelWorkloadIdentity,
            tokens: {
              maxSize: given.tokenCacheMaxSize,
              maxDuration: given.tokenCacheMaxDuration,
              told: environment.metrics.tokens,
            },
          }),
          identities,
          objectLevelIdentity: open.ObjectLevelWorkloadIdentity,
          defaultServiceAccount: given.defaultServiceAccount || undefined,
        },
      });
      const running = await startController(reconciler, environment, settings);
      return {
        async stop() {
          await running.stop();
          await identities.stop();
          await rm(folder, { recursive: true, force: true });
        },
      };
    },
  };
}

/** Names that stand in one value, separated by commas, or in several. */
function words(values: string[]): string[] {
  return values.flatMap(value => value.split(',')).map(word => word.trim());
}
