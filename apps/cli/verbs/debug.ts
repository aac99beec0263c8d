import { type HelmRelease, type Kustomization, kustomization, parseResource } from '@millrace/api';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import { isNotFound, type KubeObject, type ObjectRef } from '@millrace/kube';
import { stringify } from '@millrace/yaml';
import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { print } from '../output/print.ts';
import { findKind } from '../resources/catalog.ts';
import { one } from './select.ts';
import { type Session, withCluster } from './session.ts';

export interface DebugOptions {
  showStatus?: boolean;
  showHistory?: boolean;
  /** Of Kustomizations. */
  showVars?: boolean;
  /** Of HelmReleases. */
  showValues?: boolean;
}

const documentation = 'https://fluxcd.io/flux/components/';

/** `debug kustomization`: its status, its history, or the variables that it substitutes, Secrets included. */
export async function debugKustomization(
  name: string,
  options: DebugOptions,
  globals: Globals,
): Promise<void> {
  requireOne([options.showStatus, options.showVars, options.showHistory], '--show-vars');
  await debug(
    'Kustomization',
    name,
    options,
    globals,
    'kustomize/kustomizations/',
    async (object, session) => {
      const { variableSources, variablesOf } = await import('@millrace/kustomize-controller');
      const ks: Kustomization = parseResource(kustomization, object);
      if (!ks.spec.postBuild) throw new CliError('no post build substitutions found');
      const sources = new Map<string, KubeObject | undefined>();
      for (const { kind, name: source } of variableSources(ks))
        sources.set(
          `${kind}/${source}`,
          await find(session, { apiVersion: 'v1', kind, name: source, namespace: globals.namespace }),
        );
      const variables = variablesOf(ks, (kind, source) => sources.get(`${kind}/${source}`)) ?? {};
      for (const key of Object.keys(variables).sort()) print(`${key}=${variables[key]}`);
    },
  );
}

/** `debug helmrelease`: its status, its history, or the values that it is released with, Secrets included. */
export async function debugHelmRelease(name: string, options: DebugOptions, globals: Globals): Promise<void> {
  requireOne([options.showStatus, options.showValues, options.showHistory], '--show-values');
  await debug('HelmRelease', name, options, globals, 'helm/helmreleases/', async (object, session) => {
    const { helmRelease } = await import('@millrace/api');
    const { valuesOf } = await import('@millrace/helm-controller');
    const release: HelmRelease = parseResource(helmRelease, object);
    const { values } = await valuesOf(release, {
      read: (_owner, _purpose, refs) => Promise.all(refs.map(ref => find(session, ref))),
    });
    print(stringify(values as Json), '');
  });
}

function requireOne(given: (boolean | undefined)[], own: string): void {
  if (given.filter(Boolean).length !== 1)
    throw new CliError(`exactly one of --show-status, ${own}, or --show-history must be set`);
}

async function debug(
  kind: string,
  name: string,
  { showStatus, showHistory }: DebugOptions,
  globals: Globals,
  page: string,
  showOwn: (object: KubeObject, session: Session) => Promise<void>,
): Promise<void> {
  await withCluster(globals, async session => {
    const { object } = await one(session, findKind(kind)!, { name, namespace: globals.namespace });
    const status = statusOf(object);
    if (showStatus) {
      const anchor = kind === 'Kustomization' ? 'kustomization-status' : 'helmrelease-status';
      print(`# Status documentation: ${documentation}${page}#${anchor}`);
      return print(stringify(status), '');
    }
    if (!showHistory) return showOwn(object, session);
    print(`# History documentation: ${documentation}${page}#history`);
    return print(stringify(status.history ?? []), '');
  });
}

/** As Flux's own types write it: a release that is still there has been deleted at no time. */
function statusOf({ kind, status }: KubeObject): Record<string, Json> {
  if (!isObject(status as Json)) return {};
  const { history, ...rest } = status as Record<string, Json>;
  if (history === undefined) return rest;
  if (kind !== 'HelmRelease' || !Array.isArray(history)) return { ...rest, history };
  return { ...rest, history: history.map(release => ({ deleted: null, ...(release as JsonObject) })) };
}

async function find({ client, signal }: Session, ref: ObjectRef): Promise<KubeObject | undefined> {
  return client.get(ref, { as: 'own', signal }).catch(error => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
}
