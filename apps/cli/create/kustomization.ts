import { posix } from 'node:path';
import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { durationIn } from '../go-duration.ts';
import { findKind } from '../resources/catalog.ts';
import { textAt } from '../resources/resource.ts';
import { create, given, named } from './create.ts';
import type { CreateOptions } from './flags.ts';
import { dependencyIn, kindAmong, referenceIn } from './references.ts';

export interface KustomizationOptions extends CreateOptions {
  source?: string;
  path: string;
  prune?: boolean;
  wait?: boolean;
  dependsOn?: string[];
  healthCheck?: string[];
  healthCheckTimeout: string;
  serviceAccount?: string;
  decryptionProvider?: string;
  decryptionSecret?: string;
  targetNamespace?: string;
  kubeconfigSecretRef?: string;
  retryInterval?: string;
}

const sources = ['OCIRepository', 'GitRepository', 'Bucket'];

export function createKustomization(
  name: string | undefined,
  options: KustomizationOptions,
  globals: Globals,
): Promise<void> {
  return create(name, options, globals, () => {
    const { prune, wait, dependsOn = [], healthCheck = [], targetNamespace, retryInterval } = options;
    if (!options.source) throw new CliError('source is required');
    const waits = wait || healthCheck.length > 0;
    const { decryptionProvider: provider } = options;
    return {
      kind: findKind('Kustomization')!,
      noun: 'Kustomization',
      generates: 'first',
      spec: {
        prune: prune ?? false,
        ...given({
          interval: durationIn(options.interval),
          path: relative(options.path),
          sourceRef: sourceIn(options.source),
          targetNamespace,
          dependsOn: dependsOn.length > 0 ? dependsOn.map(dependencyIn) : undefined,
          kubeConfig: options.kubeconfigSecretRef
            ? { secretRef: { name: options.kubeconfigSecretRef } }
            : undefined,
          healthChecks: !wait && healthCheck.length > 0 ? healthCheck.map(healthCheckIn) : undefined,
          wait,
          timeout: waits ? durationIn(options.healthCheckTimeout, 'health-check-timeout') : undefined,
          serviceAccountName: options.serviceAccount,
          decryption: provider ? given({ provider, secretRef: named(options.decryptionSecret) }) : undefined,
          retryInterval: retryInterval ? durationIn(retryInterval, 'retry-interval') : undefined,
        }),
      },
      concluded: ({ name: own, object }) => [
        `Kustomization ${own} is ready`,
        `applied revision ${textAt(object, 'status', 'lastAppliedRevision')}`,
      ],
    };
  });
}

/** A path that stays within the artifact, and begins with `./`. */
function relative(path: string): string {
  const inside = posix.normalize(`/${path.trim()}`).replace(/\/$/, '');
  return `.${inside === '' ? '/' : inside}`;
}

function sourceIn(text: string) {
  const reference = referenceIn(text);
  const refused = (why: string) => new CliError(`invalid argument "${text}" for "--source" flag: ${why}`);
  if (reference.name === '') throw refused(`no name given for source of kind '${reference.kind}'`);
  if (reference.kind === '' && sources.includes(reference.name))
    throw refused(`no kind specified for source '${reference.name}'`);
  const kind = kindAmong(
    reference.kind || 'GitRepository',
    sources,
    `invalid argument "${text}" for "--source" flag: source kind`,
  );
  return given({ kind, name: reference.name, namespace: reference.namespace });
}

const checkable = ['Deployment', 'DaemonSet', 'StatefulSet', 'HelmRelease'];

function healthCheckIn(text: string) {
  const [kind = '', object = '', ...more] = text.split('/');
  if (object === '' || more.length > 0)
    throw new CliError(`invalid health check '${text}' must be in the format 'kind/name.namespace'`);
  if (!checkable.includes(kind))
    throw new CliError(
      `invalid health check kind '${kind}' can be HelmRelease, Deployment, DaemonSet or StatefulSet`,
    );
  const [name = '', namespace = '', ...rest] = object.split('.');
  if (namespace === '' || rest.length > 0)
    throw new CliError(`invalid health check '${text}' must be in the format 'kind/name.namespace'`);
  const apiVersion = kind === 'HelmRelease' ? 'helm.toolkit.fluxcd.io/v2' : undefined;
  return given({ apiVersion, kind, name, namespace });
}
