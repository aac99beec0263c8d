import { join } from 'node:path';
import { keepArtifacts } from '@millrace/artifact';
import { startController } from '@millrace/controller';
import { addressOf, FlagError, type Program } from '@millrace/process';
import { watcherFlags } from './flags/index.ts';
import { component } from './names.ts';
import { artifactGeneratorReconciler } from './reconciler.ts';

/** Those of source-watcher v2.2.1. */
const gates = {
  // Moot: what the watch has not shown yet wakes the object when it does.
  DirectSourceFetch: false,
};

export const sourceWatcher: Program<typeof watcherFlags, keyof typeof gates> = {
  name: component,
  flags: watcherFlags,
  gates,
  async start({ environment, settings, flags: given }) {
    const address = addressOf(given.storageAddr, 'storage-addr');
    if (!address) throw new FlagError('--storage-addr: artifacts have to be served somewhere');
    const kept = await keepArtifacts({
      path: given.storagePath,
      address,
      advertised: given.storageAdvAddr,
      retention: { ttl: given.artifactRetentionTtl, records: given.artifactRetentionRecords },
      algorithm: given.artifactDigestAlgo,
    });
    const reconciler = artifactGeneratorReconciler(
      environment,
      {
        storage: kept.storage,
        folder: join(given.storagePath, 'generators'),
        crossNamespaceRefs: !given.noCrossNamespaceRefs,
        recheckAfter: given.requeueDependency,
        fetchRetries: given.httpRetry,
        timeout: given.reconciliationTimeout,
      },
      settings.namespace,
    );
    const running = await startController(reconciler, environment, settings);
    return {
      async stop() {
        await running.stop();
        await kept.stop();
      },
    };
  },
};
