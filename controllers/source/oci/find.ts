import type { OCIRepository } from '@millrace/api';
import type { Storage } from '@millrace/artifact';
import { equal, type Json } from '@millrace/json';
import { type Login, type Registry, registry } from '@millrace/oci';
import { makeArtifact, ownerOf } from './artifact.ts';
import type { Deps, Found, Way } from './deps.ts';
import { failed } from './failed.ts';
import { failure, newRevision, type Seen } from './failure.ts';
import { type Target, targetOf } from './target.ts';
import { verifyTarget } from './verification.ts';

/** The artifact of what the registry holds now. Throws Failed with all its conditions. */
export async function find(
  repo: OCIRepository,
  way: Way,
  on: Deps,
  signal: AbortSignal,
  say: (doing: string) => void,
): Promise<Found> {
  const seen: Seen = { isGone: false };
  let from: Registry | undefined;
  try {
    seen.isGone = await isGone(repo, on.storage);
    const login = await loginOf(repo, way, on, signal);
    from = registry(way.place, { ...way.access, login, tokens: on.tokens, ways: on.ways });
    const target = await targetOf(repo, way.name, from, signal);
    seen.target = target;
    const { artifact } = repo.status ?? {};
    const verified = await verifyTarget(repo, way.verification, way.name, target, from, on.roots, signal);
    seen.verified = verified;
    if (artifact && !seen.isGone && isOf(repo, target))
      return { artifact: { ...artifact, url: on.storage.urlOf(artifact.path) }, isNew: false, verified };
    say(`building artifact: ${newRevision(target)}`);
    const made = await makeArtifact(repo, from, target, on, signal);
    await on.storage.collect(ownerOf(repo), made.path);
    return { artifact: made, isNew: made.digest !== artifact?.digest, verified };
  } catch (error) {
    throw failure(error, repo, seen, signal);
  } finally {
    await from?.close();
  }
}

async function loginOf(
  { spec }: OCIRepository,
  { access, identity }: Way,
  on: Deps,
  signal: AbortSignal,
): Promise<Login | undefined> {
  if (!identity) return access.login;
  const { provider, who } = identity;
  return on.cloud.registryLogin(provider, spec.url, who, signal).catch(cause => {
    const [reason, step] = firstStep(spec);
    throw failed(reason, step, cause, signal);
  });
}

/** Flux asks for the login with the first request that needs it. */
function firstStep({ url, ref = {} }: OCIRepository['spec']): [reason: string, step: string] {
  if (ref.digest) return ['OCIArtifactPullFailed', `failed to pull artifact from '${url}'`];
  if (ref.semver) return ['ReadOperationFailed', `failed to determine the artifact tag for '${url}'`];
  return ['OCIArtifactPullFailed', 'failed to determine artifact digest'];
}

async function isGone({ status }: OCIRepository, storage: Storage): Promise<boolean> {
  const { artifact } = status ?? {};
  return artifact !== undefined && !(await storage.verify(artifact.path, artifact.digest));
}

/** The artifact that there is, is of the target and made by the same rules. */
function isOf({ spec, status }: OCIRepository, target: Target): boolean {
  const { artifact, observedIgnore, observedLayerSelector } = status ?? {};
  return (
    artifact?.revision === target.revision &&
    (observedIgnore ?? null) === (spec.ignore ?? null) &&
    equal((observedLayerSelector ?? null) as Json, (spec.layerSelector ?? null) as Json)
  );
}
