import { startController } from '@millrace/controller';
import type { Program } from '@millrace/process';
import { notificationFlags } from './flags/index.ts';
import { component } from './names.ts';
import { alertReconciler, providerReconciler } from './static.ts';

/** Those of notification-controller v1.9.3. */
const gates = {
  ObjectLevelWorkloadIdentity: false,
  // Moot: what they turn on or off is done otherwise here, or always.
  CacheSecretsAndConfigMaps: false,
  DisableConfigWatchers: false,
};

export const notificationController: Program<typeof notificationFlags, keyof typeof gates> = {
  name: component,
  flags: notificationFlags,
  gates,
  async start({ environment, settings }) {
    const running = [
      await startController(providerReconciler, environment, settings),
      await startController(alertReconciler, environment, settings),
    ];
    return {
      async stop() {
        await Promise.all(running.map(one => one.stop()));
      },
    };
  },
};
