import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { artifactStorage, serveArtifacts } from '@millrace/artifact';
import { startController } from '@millrace/controller';
import { addressOf, FlagError, type Program } from '@millrace/process';
import { sourceFlags } from './flags/index.ts';
import { gitRepositoryReconciler } from './git/reconciler.ts';
import type { UrlMap } from './git/url-map.ts';
import { ociRepositoryReconciler } from './oci/reconciler.ts';

/** What a process on somebody's machine knows beside the flags. */
export interface Local {
  /** Repositories that are fetched from elsewhere than their URL says. */
  urls?: UrlMap;
  /** Told where artifacts are served. */
  onServed?(url: string): void;
}

export function sourceController(local: Local = {}): Program<typeof sourceFlags, never> {
  return {
    name: 'source-controller',
    flags: sourceFlags,
    gates: {},
    async start({ environment, settings, flags: given }) {
      const address = addressOf(given.storageAddr, 'storage-addr');
      if (!address) throw new FlagError('--storage-addr: artifacts have to be served somewhere');
      const root = join(given.storagePath, 'artifacts');
      await mkdir(root, { recursive: true, mode: 0o700 });
      const server = await serveArtifacts(root, address);
      local.onServed?.(server.url);
      const base = given.storageAdvAddr === '' ? server.url : `http://${given.storageAdvAddr}`;
      const storage = artifactStorage(root, () => base);
      const git = gitRepositoryReconciler(environment, {
        storage,
        gitFolder: join(given.storagePath, 'git'),
        urls: local.urls ?? [],
      });
      const running = await Promise.all([
        startController(git, environment, settings),
        startController(ociRepositoryReconciler(environment, storage), environment, settings),
      ]);
      return {
        async stop() {
          await Promise.all(running.map(controller => controller.stop()));
          await server.stop();
        },
      };
    },
  };
}
