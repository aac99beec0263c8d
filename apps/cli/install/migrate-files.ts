import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isAbsolute, join, normalize } from 'node:path';
import { CliError } from '../cli-error.ts';
import { confirm } from '../output/confirm.ts';
import { tell } from '../output/print.ts';
import { apiVersionsOf } from './api-versions.ts';
import { findUpgrades, type Upgrade, upgraded } from './upgrade.ts';

export interface MigrateFilesOptions {
  /** A file, or a folder, below the one in which the program runs. */
  path: string;
  extensions?: string[];
  version?: string;
  yes?: boolean;
  dryRun?: boolean;
}

/** Bring manifests to the newest versions, in place: of every line nothing else is touched. Throws CliError. */
export async function migrateFiles(options: MigrateFilesOptions): Promise<void> {
  const { yes = false, dryRun = false, extensions = ['.yaml', '.yml'] } = options;
  const versions = apiVersionsOf(options.version);
  tell.action('starting migration of custom resources');
  const found: { file: string; upgrades: Upgrade[] }[] = [];
  for (const file of filesAt(options.path, extensions)) {
    const { upgrades, odd } = findUpgrades(textOf(file), versions);
    for (const { line, apiVersion } of odd)
      tell.warning(`${file}:${line + 1}: unexpected GroupVersion string: ${apiVersion}`);
    for (const { line, kind, from, to } of upgrades)
      tell.making(`${file}:${line + 1}: ${kind} ${from} -> ${to}`);
    if (upgrades.length > 0) found.push({ file, upgrades });
  }
  if (found.length === 0) return tell.success('no custom resources found that require migration');
  if (dryRun) return tell.success('dry-run mode enabled, no changes will be made');
  if (!yes) await confirm('Are you sure you want to proceed with the above upgrades');
  for (const { file, upgrades } of found) {
    writeFileSync(file, upgraded(textOf(file), upgrades), 'latin1');
    tell.success(`file ${file} migrated successfully`);
  }
  tell.success('custom resources migrated successfully');
}

/** Bytes as characters: whatever encoding a file has, what is not touched stays as it is. */
const textOf = (file: string) => readFileSync(file, 'latin1');

function filesAt(given: string, extensions: readonly string[]): string[] {
  const normal = normalize(given);
  const path = normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
  if (isAbsolute(path) || path === '..' || path.startsWith('../'))
    throw new CliError(`failed to stat path ${path}: it is not below the current folder`);
  const status = statusOf(path);
  if (status.isDirectory()) return [...regularFiles(path, extensions)];
  if (!hasExtension(path, extensions))
    throw new CliError(`file ${path} does not match the specified extensions: ${extensions.join(', ')}`);
  if (!status.isFile()) throw new CliError(`file ${path} is irregular`);
  return [path];
}

function statusOf(path: string) {
  try {
    return lstatSync(path);
  } catch (error) {
    const gone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const why = gone ? `openat ${path}: no such file or directory` : (error as Error).message;
    throw new CliError(`failed to stat path ${path}: ${why}`, { cause: error });
  }
}

/** Links are not followed: they may lead out of the folder, or in circles. */
function* regularFiles(folder: string, extensions: readonly string[]): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* regularFiles(path, extensions);
    else if (!hasExtension(path, extensions)) continue;
    else if (entry.isFile()) yield path;
    else tell.warning(`skipping irregular file ${path}`);
  }
}

function hasExtension(path: string, extensions: readonly string[]): boolean {
  return extensions.some(extension => path.endsWith(extension));
}
