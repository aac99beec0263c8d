import { statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { JsonObject } from '@millrace/json';
import {
  BuildError,
  type BuildInput,
  type BuildResult,
  build,
  isRemote,
  type RemoteBase,
  render,
  renderFiles,
} from '@millrace/kustomize';
import { CliError } from '../cli-error.ts';
import { print } from '../output/print.ts';
import { diskTree } from './disk-tree.ts';
import { loadRemoteBase } from './remote-base.ts';

export interface KustomizeBuildOptions {
  loadRestrictor: string;
  reorder: string;
  output?: string;
  enableManagedbyLabel?: boolean;
  strict?: boolean;
}

/** Build a kustomization of the disk, or of a remote address, and print it or write it as `kustomize build` does. */
export async function kustomizeBuild(directory: string, options: KustomizeBuildOptions): Promise<void> {
  const remote = isRemote(directory);
  const source = remote ? await remoteSource(directory) : localSource(directory);
  const shown = remote ? (path: string) => path : fromHere;
  const { objects, warnings } = await buildWithRemotes({
    ...source,
    options: {
      loadRestrictor: options.loadRestrictor === 'LoadRestrictionsNone' ? 'none' : 'rootOnly',
      reorder: options.reorder === 'none' ? 'none' : 'legacy',
      managedByLabel: options.enableManagedbyLabel ?? false,
      integers: 'exact',
      strict: options.strict ?? false,
    },
  }).catch(error => {
    throw error instanceof BuildError ? withPaths(error, shown) : error;
  });
  for (const warning of warnings) console.error(`⚠️ ${shown(warning)}`);
  if (options.output) write(options.output, objects);
  else print(render(objects), '');
}

/** The objects of a kustomization of the disk. */
export async function buildDirectory(directory: string): Promise<JsonObject[]> {
  const options = { loadRestrictor: 'rootOnly', reorder: 'none', managedByLabel: false } as const;
  const built = await buildWithRemotes({ ...localSource(directory), options }).catch(error => {
    throw error instanceof BuildError ? withPaths(error, fromHere) : error;
  });
  return built.objects;
}

function localSource(directory: string): Pick<BuildInput, 'files' | 'path'> {
  const path = resolve(directory);
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status) throw new CliError(`there is no directory ${directory}`);
  if (!status.isDirectory()) throw new CliError(`${directory} is a file: give the directory that holds it`);
  return { files: diskTree, path: path.slice(1) };
}

async function remoteSource(address: string): Promise<Pick<BuildInput, 'files' | 'path'>> {
  const base = await loadRemoteBase(address);
  if ('file' in base) throw new CliError(`${address} is a file: give the directory that holds it`);
  return base;
}

/** The engine asks for remote bases and cannot wait: what it lacks is loaded, and it is asked again. */
export async function buildWithRemotes(input: BuildInput): Promise<BuildResult> {
  const loaded = new Map<string, RemoteBase>();
  for (;;) {
    const missing = new Set<string>();
    const loader = (address: string) => {
      const base = loaded.get(address);
      if (base === undefined) missing.add(address);
      return base;
    };
    try {
      return build({ ...input, loader });
    } catch (error) {
      if (missing.size === 0) throw error;
    }
    for (const address of missing) loaded.set(address, await loadRemoteBase(address));
  }
}

/** Into a directory that is there a file an object, else into one file. */
function write(output: string, objects: BuildResult['objects']): void {
  try {
    if (statSync(output, { throwIfNoEntry: false })?.isDirectory()) {
      for (const [name, text] of renderFiles(objects)) writeFileSync(join(output, name), text);
    } else writeFileSync(output, render(objects));
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    throw new CliError(`unable to write ${output}: ${cause.message}`, { cause });
  }
}

/** The error with paths as `shown` shows those of the tree. */
export function withPaths(error: BuildError, shown: (path: string) => string): BuildError {
  const { problem, line, field, resource } = error;
  const file = error.file && shown(error.file);
  const kustomization = error.kustomization && shown(error.kustomization);
  return new BuildError(problem, { file, line, field, resource, kustomization }, { cause: error });
}

/** A path of the disk's tree, at the start of a text, as it is seen from the working directory. */
export function fromHere(text: string): string {
  const here = `${process.cwd().slice(1)}/`;
  return text.startsWith(here) ? text.slice(here.length) : `/${text}`;
}
