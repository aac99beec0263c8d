import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CliError } from '../cli-error.ts';
import type { PreviewFlags } from './preview-flags.ts';

export interface Checked {
  name: string;
  /** The folder to build, absolute. */
  folder: string;
}

/**
 * Throws CliError, with flux's words, for a name or a path that is missing or wrong.
 *
 * @param isOffline asks no cluster, so that a file has to say what is built
 */
export function checkFlags(
  name: string | undefined,
  { path = '', kustomizationFile: file, ignoreNotFound }: PreviewFlags,
  isOffline: boolean,
): Checked {
  if (name === undefined) throw new CliError('kustomization name is required');
  if (path === '' || !statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new CliError(`invalid resource path "${path}"`);
  if (isOffline && !file) throw new CliError('dry-run mode requires a kustomization file');
  if (file && !statSync(file, { throwIfNoEntry: false })?.isFile())
    throw new CliError(`invalid kustomization file "${file}"`);
  if (ignoreNotFound && !file)
    throw new CliError('kustomization file is required when assuming new kustomizations');
  return { name, folder: resolve(path) };
}

/** Reads `KIND/NAMESPACE/NAME=FOLDER`, several of them between commas. Throws CliError for what is none. */
export function readLocalSources(
  text: string,
  before: ReadonlyMap<string, string> = new Map(),
): Map<string, string> {
  const sources = new Map(before);
  for (const pair of text.split(',')) {
    const equals = pair.indexOf('=');
    if (equals < 0)
      throw new CliError(
        `invalid argument "${text}" for "--local-sources" flag: ${pair} must be formatted as key=value`,
      );
    sources.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
  return sources;
}
