import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Cluster } from '@millrace/cluster';
import { isObject } from '@millrace/json';
import { parseAll } from '@millrace/yaml';
import { CliError } from '../cli-error.ts';

/** Where the kubeconfig of a cluster lies; written for one that keeps nothing on disk itself. It holds a private key. */
export function kubeconfigFile(cluster: Cluster, folder: string): string {
  if (cluster.kubeconfigPath) return resolve(cluster.kubeconfigPath);
  return writeKubeconfig(cluster, join(folder, 'kubeconfig'));
}

/** For its owner only, whatever lay there. Returns the path. */
export function writeKubeconfig(cluster: Cluster, file: string): string {
  const path = resolve(file);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${process.pid}.new`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, cluster.kubeconfig, { mode: 0o600, flag: 'wx' });
  renameSync(fresh, path);
  return path;
}

/** A file of the user's that names other clusters is not written over. Throws CliError. */
export function requireOwnKubeconfig(file: string): void {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (!found) return;
  const isOurs =
    found.isFile() && found.size < 1_000_000 && namesOnlyMillrace(readFileSync(file, 'utf8'), file);
  if (!isOurs)
    throw new CliError(`--kubeconfig ${file} is there and was not written by Millrace: choose another file`);
}

function namesOnlyMillrace(text: string, source: string): boolean {
  try {
    const [config] = parseAll(text, { source });
    const clusters = isObject(config) && Array.isArray(config.clusters) ? config.clusters : [];
    return clusters.length === 1 && isObject(clusters[0]) && clusters[0].name === 'millrace';
  } catch {
    return false;
  }
}
