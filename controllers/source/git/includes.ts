import { type Artifact, type GitRepository, gitRepository } from '@millrace/api';
import { NotReady, type References } from '@millrace/controller';
import { equal, type Json } from '@millrace/json';
import { keyOf } from '@millrace/kube';

type Include = NonNullable<GitRepository['spec']['include']>[number];

/** What of another repository's artifact goes where. */
export interface Included {
  name: string;
  from: string;
  to: string;
  artifact: Artifact;
}

/** In the order of spec.include. Throws Parked, and NotReady where an artifact is missing: its arrival wakes us. */
export async function includesOf(repo: GitRepository, references: References): Promise<Included[]> {
  const { include = [] } = repo.spec;
  const { namespace = '' } = repo.metadata;
  const apiVersion = `${gitRepository.group}/${gitRepository.version}`;
  const refs = include.map(({ repository: { name } }) => ({
    apiVersion,
    kind: gitRepository.kind,
    namespace,
    name,
  }));
  const found = await references.read(keyOf(repo.metadata), 'includes', refs);
  return include.map((entry, i) => {
    const { name } = entry.repository;
    const included = found[i];
    if (!included)
      throw unavailable(
        'NotFound',
        `could not get resource for include '${name}': gitrepositories.${gitRepository.group} "${name}" not found`,
      );
    const { artifact } = (included.status ?? {}) as { artifact?: Artifact };
    if (!artifact) throw unavailable('NoArtifact', `no artifact available for include '${name}'`);
    return { name, from: entry.fromPath ?? '', to: toPathOf(entry), artifact };
  });
}

const toPathOf = ({ toPath, repository }: Include) => toPath || repository.name;

/** Whether what is on offer was made of these artifacts, put where the spec wants them. */
export function areObserved({ spec, status }: GitRepository, includes: Included[]): boolean {
  const { observedInclude = [], includedArtifacts = [] } = status ?? {};
  if (!equal(plain(observedInclude), plain(spec.include ?? []))) return false;
  return (
    includedArtifacts.length === includes.length &&
    includes.every(
      ({ artifact }, i) =>
        includedArtifacts[i]?.revision === artifact.revision &&
        includedArtifacts[i]?.digest === artifact.digest,
    )
  );
}

/** A path that is left out is an empty one. */
function plain(includes: Include[]): Json {
  return includes.map(({ repository, fromPath = '', toPath = '' }) => [repository.name, fromPath, toPath]);
}

function unavailable(reason: string, message: string): NotReady {
  return new NotReady(reason, message, {
    conditions: { IncludeUnavailable: { status: 'True', reason, message } },
  });
}
