import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { apiVersionOfKind, gitRepository, kustomization } from '@millrace/api';
import type { GitServer } from '@millrace/cluster';
import { GitError } from '@millrace/git';
import type { UrlMap } from '@millrace/git-access';
import { asKubeObject, display, type KubeObject, refOf } from '@millrace/kube';
import { parseAll } from '@millrace/yaml';
import { CliError } from '../cli-error.ts';
import { diskTree } from '../kustomize/disk-tree.ts';
import { type Checkout, openCheckout } from './checkout.ts';
import { mirrorOf } from './mirror.ts';
import type { UpOptions } from './options.ts';
import { seedSample } from './sample.ts';
import { seedImage } from './sample-image.ts';
import { say } from './say.ts';
import type { Servers } from './servers.ts';
import { watchCheckout } from './watch.ts';

/** What the cluster follows. */
export interface Fleet {
  /** Where it can be cloned from; that of the sample carries the token to push with. */
  url: string;
  /** Remote URLs that mean this repository. */
  urls: UrlMap;
  /** What makes the cluster follow it: a source and a Kustomization. */
  objects: KubeObject[];
  /** Calls back when there is something new to fetch. Returns what ends it. */
  follow(changed: () => void): () => void;
}

/** One that nothing is applied for: whatever follows it comes from elsewhere. */
export function unfollowed(url: string): Fleet {
  return { url, urls: [], objects: [], follow: () => () => {} };
}

const fleetName = 'fleet';

/** A fleet to try things with, kept from start to start. */
export async function sampleFleet({ git: server, local }: Servers, signal: AbortSignal): Promise<Fleet> {
  const url = await server.createRepository(fleetName, { defaultBranch: 'main' });
  await seedSample(server.pathOf(fleetName)!, 'main', signal);
  // What is stored in the cluster names no token; image automation pushes with it all the same.
  const readUrl = server.readUrl(fleetName);
  const objects = followObjects(readUrl, 'main', './clusters/local');
  const urls = [{ from: readUrl, to: readUrl, git: url }, await seedImage(local, signal)];
  // A push tells by itself.
  return { url, urls, objects, follow: () => () => {} };
}

/** A checkout of the user's, served as it is committed, or saved. Throws CliError. */
export async function checkoutFleet(
  folder: string,
  options: UpOptions,
  server: GitServer,
  signal: AbortSignal,
): Promise<Fleet> {
  if (!existsSync(folder)) throw new CliError(`${folder} does not exist`);
  const checkout = await openCheckout(folder, signal);
  const path = pathInFleet(checkout, options.path);
  const name =
    basename(checkout.root)
      .replace(/[^A-Za-z0-9._-]/g, '-')
      .replace(/^[.-]+/, '') || fleetName;
  const pushUrl = await server.createRepository(name, { defaultBranch: options.branch ?? 'main' });
  const url = server.readUrl(name);
  const own = await ownSync(checkout, path);
  const branches = own ? branchesOf(own) : [options.branch ?? 'main'];
  const dirty = options.dirty ?? false;
  const reflection = resolve(options.dataDir, 'checkout');
  const told = (branch: string, commit: string) =>
    say(
      '…',
      `${branch}: your commit takes the place of ${commit.slice(0, 8)}, which was pushed to the copy of it`,
    );
  const open = () =>
    mirrorOf({ checkout, bare: server.pathOf(name)!, reflection, branches, dirty, told, signal });
  let mirror = await open();
  try {
    await mirror.update();
  } catch (error) {
    const bare = server.pathOf(name);
    if (!(error instanceof GitError) || !bare || !existsSync(join(bare, 'refs/millrace'))) throw error;
    // The copy of the checkout may be damaged, and is made anew.
    rmSync(bare, { recursive: true, force: true });
    await server.createRepository(name, { defaultBranch: options.branch ?? 'main' });
    mirror = await open();
    await mirror.update();
  }
  const fleetUrls = [url, ...checkout.remotes, ...(own ? urlsOf(own) : [])];
  return {
    url,
    urls: [...new Set(fleetUrls)].map(from => ({ from, to: url, git: pushUrl })),
    objects:
      own ?? followObjects(url, branches[0]!, `./${path}`, options.defaultServiceAccount !== undefined),
    follow(changed) {
      const look = async () => {
        try {
          if (await mirror.update()) changed();
        } catch (error) {
          if (!signal.aborted) say('✗', (error as Error).message);
        }
      };
      const end = watchCheckout({ checkout, dirty, savedPaths: mirror.savedPaths, look });
      return () => {
        end();
        rmSync(reflection, { recursive: true, force: true });
      };
    },
  };
}

/** The folder to follow, from the root of the repository: `--path` is meant from the folder that was named. */
function pathInFleet({ root, named }: Checkout, path = '.'): string {
  const full = resolve(root, named, path);
  const inside = relative(root, full);
  if (inside.startsWith('..')) throw new CliError(`--path ${path} leads out of the repository ${root}`);
  if (!statSync(full, { throwIfNoEntry: false })?.isDirectory())
    throw new CliError(`the fleet has no folder ${inside}: choose one with --path`);
  return inside.replaceAll('\\', '/');
}

/**
 * What the repository's own gotk-sync.yaml holds, as `flux bootstrap` wrote it, with what the kustomization beside it makes
 * of it; undefined where that is nothing.
 */
async function ownSync(checkout: Checkout, path: string): Promise<KubeObject[] | undefined> {
  const file = join(path, 'flux-system', 'gotk-sync.yaml');
  const full = join(checkout.root, file);
  if (!existsSync(full)) return undefined;
  const objects = parseAll(readFileSync(full, 'utf8'), { source: file }).map(asKubeObject);
  const own = objects.filter(({ kind }) => kind === gitRepository.kind || kind === kustomization.kind);
  if (own.length === 0) return undefined; // a template holds the file without its content
  const patched = await buildOf(dirname(full));
  return own.map(object => patched.find(other => display(refOf(other)) === display(refOf(object))) ?? object);
}

/** Tenants are kept apart by patches that stand there. What cannot be built says so when it is reconciled. */
async function buildOf(folder: string): Promise<KubeObject[]> {
  if (!existsSync(join(folder, 'kustomization.yaml'))) return [];
  const { build } = await import('@millrace/kustomize');
  try {
    return build({ files: diskTree, path: folder.slice(1) }).objects.map(asKubeObject);
  } catch {
    return [];
  }
}

function urlsOf(objects: KubeObject[]): string[] {
  return objects.flatMap(({ spec }) => (spec as { url?: string } | undefined)?.url ?? []);
}

function branchesOf(objects: KubeObject[]): string[] {
  const sources = objects.filter(({ kind }) => kind === gitRepository.kind);
  const branches = sources.flatMap(({ spec }) => (spec as { ref?: { branch?: string } }).ref?.branch ?? []);
  return branches.length > 0 ? branches : ['main'];
}

/** @param impersonates whether who names nobody may do nothing: the fleet itself is reconciled as in Flux's guide for tenants */
function followObjects(url: string, branch: string, path: string, impersonates = false): KubeObject[] {
  const metadata = { name: 'flux-system', namespace: 'flux-system' };
  return [
    {
      apiVersion: apiVersionOfKind(gitRepository),
      kind: gitRepository.kind,
      metadata,
      spec: { interval: '1m0s', url, ref: { branch } },
    },
    {
      apiVersion: apiVersionOfKind(kustomization),
      kind: kustomization.kind,
      metadata,
      spec: {
        interval: '10m0s',
        path,
        prune: true,
        ...(impersonates ? { serviceAccountName: 'kustomize-controller' } : {}),
        sourceRef: { kind: gitRepository.kind, name: metadata.name },
      },
    },
  ];
}
