import { join } from 'node:path';
import { cloud } from '@millrace/cloud';
import { startController } from '@millrace/controller';
import type { UrlMap } from '@millrace/git-access';
import { serviceAccountTokens } from '@millrace/kube';
import { tokens, ways } from '@millrace/oci';
import type { Program } from '@millrace/process';
import { requireObjectLevelIdentity } from '@millrace/process/flags';
import { reflectorFlags } from './flags/index.ts';
import { component } from './names.ts';
import { imagePolicyReconciler } from './policy/reconciler.ts';
import { imageRepositoryReconciler } from './repository/reconciler.ts';
import { openTagStore } from './tag-store.ts';

/** Those of image-reflector-controller v1.2.0. */
const gates = {
  ObjectLevelWorkloadIdentity: false,
  // Of it only the way to count revisions means something here.
  FluxStorage: false,
  // Moot: Secrets that are named are watched, and no others.
  CacheSecretsAndConfigMaps: false,
};

/** @param urls images that lie elsewhere than their name says */
export function imageReflectorController(
  urls: UrlMap = [],
): Program<typeof reflectorFlags, keyof typeof gates> {
  return {
    name: component,
    flags: reflectorFlags,
    gates,
    async start({ environment, settings, flags: given, gates: open, alone }) {
      requireObjectLevelIdentity(given.defaultServiceAccount, open.ObjectLevelWorkloadIdentity, alone);
      const store = openTagStore(join(given.storagePath, 'images'));
      const on = {
        store,
        urls,
        cloud: cloud({
          serviceAccounts: serviceAccountTokens(environment.client),
          objectLevel: open.ObjectLevelWorkloadIdentity,
          tokens: {
            maxSize: given.tokenCacheMaxSize,
            maxDuration: given.tokenCacheMaxDuration,
            told: environment.metrics.tokens,
          },
        }),
        tokens: tokens(),
        ways: ways(),
        objectLevelIdentity: open.ObjectLevelWorkloadIdentity,
        defaultServiceAccount: given.defaultServiceAccount || undefined,
      };
      const scanning = await startController(
        imageRepositoryReconciler(environment, { ...on, newRevisions: open.FluxStorage }),
        environment,
        settings,
      );
      const choosing = await startController(
        imagePolicyReconciler(
          environment,
          {
            ...on,
            crossNamespaceRefs: !given.noCrossNamespaceRefs,
            recheckAfter: given.requeueDependency,
          },
          await scanning.everyone(),
        ),
        environment,
        settings,
      );
      return {
        async stop() {
          await Promise.all([choosing.stop(), scanning.stop()]);
          store.close();
        },
      };
    },
  };
}
