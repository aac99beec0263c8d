import { customResourceDefinition, kinds } from '@millrace/api';
import type { Environment } from '@millrace/controller';
import { helmController } from '@millrace/helm-controller';
import { imageAutomationController } from '@millrace/image-automation-controller';
import { imageReflectorController } from '@millrace/image-reflector-controller';
import type { KubeClient } from '@millrace/kube';
import { kustomizeController } from '@millrace/kustomize-controller';
import { type Local as LocalNotifications, notificationController } from '@millrace/notification-controller';
import { type Program, type Running, startProgram } from '@millrace/process';
import { type Local, sourceController } from '@millrace/source-controller';
import { sourceWatcher } from '@millrace/source-watcher';

/** The controllers that there are, in the order in which they start. */
export function allControllers(local: Local & LocalNotifications = {}): Program[] {
  return [
    notificationController(local),
    sourceController(local),
    sourceWatcher,
    kustomizeController,
    helmController,
    imageReflectorController(local.urls),
    imageAutomationController(local.urls),
  ];
}

/** Make the cluster know the kinds. What is there already and the same stays as it is. */
export async function installKinds(client: KubeClient): Promise<void> {
  for (const kind of kinds) {
    const options = { fieldManager: 'millrace', force: true, as: 'own' as const };
    await client.apply(customResourceDefinition(kind), options);
  }
  client.discovery.invalidate();
}

/** Run all controllers beside the embedded cluster, in this process. */
export async function startControllers(
  environment: Environment,
  { flags, ...local }: Local & LocalNotifications & { flags: Record<string, string> },
): Promise<Running> {
  const running: Running[] = [];
  for (const program of allControllers(local))
    running.push(await startProgram(program, environment, name => flags[name], ['ExternalArtifact']));
  return {
    async stop() {
      for (const one of running.reverse()) await one.stop();
      environment.watches.stop();
    },
  };
}
