import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../../cli-error.ts';
import { publishChart } from './chart.ts';
import { publishContent } from './content.ts';
import { isLayout, publishLayout } from './layout.ts';
import type { Target } from './target.ts';

/**
 * Bring a folder of this machine to a registry, for a URL of one that it takes the place of: an OCI image layout, a
 * chart, a folder of such, or what an artifact is to hold, which then stands behind every tag. Throws CliError, also for
 * a folder that cannot be any of these.
 */
export async function publishFolder(folder: string, target: Target): Promise<void> {
  try {
    await publish(folder, target);
  } catch (cause) {
    target.signal.throwIfAborted();
    throw new CliError(
      `--map: ${folder} cannot take the place of a repository: ${(cause as Error).message}`,
      { cause },
    );
  }
}

async function publish(folder: string, target: Target): Promise<void> {
  if (await publishOne(folder, target)) return;
  const artifacts = readdirSync(folder)
    .filter(name => isArtifact(join(folder, name)))
    .sort();
  if (artifacts.length === 0) return publishContent(folder, target);
  for (const name of artifacts) {
    const path = join(folder, name);
    // A chart says its name itself.
    await publishOne(path, isLayout(path) ? { ...target, path: below(target.path, name) } : target);
  }
}

/** Returns whether it is an artifact by itself. */
async function publishOne(path: string, target: Target): Promise<boolean> {
  if (isLayout(path)) await publishLayout(path, target);
  else if (isChart(path)) await publishChart(path, target);
  else return false;
  return true;
}

function isArtifact(path: string): boolean {
  return isLayout(path) || isChart(path);
}

function isChart(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) return existsSync(join(path, 'Chart.yaml'));
  return found?.isFile() === true && path.endsWith('.tgz');
}

/** The repository of a layout in a folder of them. Throws for a name that cannot be one. */
function below(path: string, name: string): string {
  if (/^[a-z0-9]+(?:[._-]+[a-z0-9]+)*$/.test(name)) return `${path}/${name}`;
  throw new Error(`${name} is no name for a repository: a-z and 0-9, with . _ - between them`);
}
