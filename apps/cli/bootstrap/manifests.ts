import { asKubeObject, type KubeObject } from '@millrace/kube';
import { BuildError, type build, type FileTree } from '@millrace/kustomize';
import { parseAll, stringify } from '@millrace/yaml';
import { CliError } from '../cli-error.ts';
import { buildWithRemotes } from '../kustomize/build.ts';
import type { Plan } from './plan.ts';
import { inTree } from './safe-path.ts';
import type { WorkCopy } from './work-copy.ts';

/** Where the files of an installation stand in the repository. */
export function manifestsAt({ flags, install }: Pick<Plan, 'flags' | 'install'>) {
  const folder = [inTree(flags.path), install.namespace].filter(part => part !== '').join('/');
  return {
    folder,
    components: `${folder}/gotk-components.yaml`,
    sync: `${folder}/gotk-sync.yaml`,
    kustomization: `${folder}/kustomization.yaml`,
  };
}

const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** The kustomization of a folder of the copy, by its path; undefined where there is none. */
export function kustomizationIn(copy: WorkCopy, folder: string): string | undefined {
  return kustomizationNames.map(name => `${folder}/${name}`).find(path => copy.entries.has(path));
}

/**
 * A kustomization of all manifests of a folder: those of the copy, and `more` that come to it. Folders in it count as a
 * whole where they are kustomizations themselves.
 */
export async function kustomizationOf(copy: WorkCopy, folder: string, more: string[]): Promise<string> {
  const paths = new Set(more);
  for (const path of copy.entries.keys()) {
    if (!path.startsWith(`${folder}/`) || paths.has(path)) continue;
    const whole = foldersBetween(folder, path).find(one => kustomizationIn(copy, one) !== undefined);
    if (whole !== undefined) paths.add(whole);
    else if (isManifest(await copy.read(path))) paths.add(path);
  }
  const resources = [...paths].map(path => path.slice(folder.length + 1)).sort();
  return stringify({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources });
}

/** From the outer to the inner. */
function foldersBetween(folder: string, path: string): string[] {
  const names = path
    .slice(folder.length + 1)
    .split('/')
    .slice(0, -1);
  return names.map((_, i) => [folder, ...names.slice(0, i + 1)].join('/'));
}

function isManifest(content: Buffer | undefined): boolean {
  if (!content) return false;
  try {
    const objects = parseAll(content.toString('utf8')).map(asKubeObject);
    return objects.length > 0;
  } catch {
    return false;
  }
}

/** The objects of a file, with what the kustomization beside it makes of them. Throws CliError. */
export async function objectsOf(copy: WorkCopy, file: string): Promise<KubeObject[]> {
  const folder = file.slice(0, file.lastIndexOf('/'));
  const kustomization = kustomizationIn(copy, folder);
  if (kustomization !== undefined) return buildFolder(copy, folder);
  const content = await copy.read(file);
  return parseAll(content?.toString('utf8') ?? '', { source: file }).map(asKubeObject);
}

/** The engine cannot wait for what it reads: what it lacks is read, and it is asked again. */
async function buildFolder(copy: WorkCopy, path: string): Promise<KubeObject[]> {
  const loaded = new Map<string, Uint8Array>();
  const folders = foldersOf(copy);
  for (;;) {
    const missing = new Set<string>();
    const files: FileTree = {
      read(file) {
        if (!loaded.has(file) && copy.entries.has(file)) missing.add(file);
        return loaded.get(file);
      },
      list: folder => folders.get(folder),
    };
    const options: Parameters<typeof build>[0]['options'] = { loadRestrictor: 'none' };
    try {
      const { objects } = await buildWithRemotes({ files, path, options });
      if (missing.size === 0) return objects.map(asKubeObject);
    } catch (error) {
      if (missing.size === 0)
        throw error instanceof BuildError ? new CliError(error.message, { cause: error }) : error;
    }
    for (const file of missing) loaded.set(file, (await copy.read(file)) ?? new Uint8Array());
  }
}

function foldersOf(copy: WorkCopy): Map<string, { name: string; directory: boolean }[]> {
  const folders = new Map<string, Map<string, boolean>>([['', new Map()]]);
  for (const path of copy.entries.keys()) {
    const names = path.split('/');
    for (const [i, name] of names.entries()) {
      const folder = names.slice(0, i).join('/');
      const within = folders.get(folder) ?? new Map<string, boolean>();
      folders.set(folder, within.set(name, i < names.length - 1));
    }
  }
  const list = (entries: Map<string, boolean>) =>
    [...entries].map(([name, directory]) => ({ name, directory }));
  return new Map([...folders].map(([folder, entries]) => [folder, list(entries)]));
}
