import type { Kustomization } from '@millrace/api';
import type { KubeObject, ObjectRef } from '@millrace/kube';
import { readyOf, type System, startSystem } from './system.ts';

export type ConfigMap = KubeObject & { data?: Record<string, string> };

/** A fleet in which every Kustomization has a folder of its own, by its name. */
export interface Folders {
  system: System;
  /** Commit files of a folder; `undefined` removes one. */
  put(name: string, files: Record<string, string | undefined>): Promise<string>;
  /** Commit a folder, and a Kustomization for it. */
  start(name: string, files: Record<string, string>, spec?: Partial<Kustomization['spec']>): Promise<void>;
  /** The Kustomization, once it is ready or not ready for the newest commit. */
  settled(name: string, patience?: number): Promise<Kustomization>;
  /** Its Ready condition then. */
  said(name: string, patience?: number): Promise<{ status: string; reason: string; message: string }>;
  config(name: string): ObjectRef;
  /** As somebody would with kubectl. */
  annotate(ref: ObjectRef, annotations: Record<string, string | null>): Promise<KubeObject>;
}

export async function startFolders(args: string[] = []): Promise<Folders> {
  const system = await startSystem(args);
  const { url, clone } = await system.repository('fleet');
  let commit = await clone.push('Start', { README: 'empty' });
  await system.source('fleet', url);

  const put: Folders['put'] = async (name, files) => {
    const changes = Object.entries(files).map(([file, text]) => [`${name}/${file}`, text]);
    commit = await clone.push(`Change ${name}`, Object.fromEntries(changes));
    return commit;
  };
  const settled: Folders['settled'] = (name, patience) =>
    system.until<Kustomization>(
      system.ref('Kustomization', name),
      'settled',
      k => {
        const ready = k?.status?.conditions?.find(({ type }) => type === 'Ready');
        const current = k?.status?.lastAttemptedRevision?.endsWith(commit) ?? false;
        return current && ready?.observedGeneration === k?.metadata.generation && ready?.status !== 'Unknown';
      },
      patience,
    );

  return {
    system,
    put,
    settled,
    async start(name, files, spec = {}) {
      await put(name, files);
      await system.kustomization(name, { path: `./${name}`, targetNamespace: system.namespace, ...spec });
    },
    said: async (name, patience) => readyOf(await settled(name, patience))!,
    config: name => system.ref('ConfigMap', name),
    annotate: (ref, annotations) =>
      system.client.patch(
        ref,
        'merge',
        { metadata: { annotations } },
        { as: 'own', fieldManager: 'a-person' },
      ),
  };
}
