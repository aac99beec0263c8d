import { type Artifact, type GitRepository, gitRepository } from '@millrace/api';
import { NotReady, type References, Stalled } from '@millrace/controller';
import { equal, type Json } from '@millrace/json';
import { type KubeObject, keyOf } from '@millrace/kube';

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
  const found = await allIncluded(repo, references);
  return include.map(entry => {
    const { name } = entry.repository;
    const included = found.get(name);
    if (!included)
      throw unavailable(
        'NotFound',
        `could not get resource for include '${name}': ${gitRepository.kind}.${gitRepository.group} "${name}" not found`,
      );
    const { artifact } = (included.status ?? {}) as { artifact?: Artifact };
    if (!artifact) throw unavailable('NoArtifact', `no artifact available for include '${name}'`);
    return { name, from: entry.fromPath ?? '', to: entry.toPath || name, artifact };
  });
}

/** Those that are included, and those that they include, by name. */
async function allIncluded(
  repo: GitRepository,
  references: References,
): Promise<Map<string, KubeObject | undefined>> {
  const { namespace = '' } = repo.metadata;
  const { kind, group, version } = gitRepository;
  const names = new Set(namesIn(repo));
  for (;;) {
    if (names.has(repo.metadata.name)) throw ofItself(repo);
    const all = [...names];
    const refs = all.map(name => ({ apiVersion: `${group}/${version}`, kind, namespace, name }));
    const objects = await references.read(keyOf(repo.metadata), 'includes', refs);
    for (const object of objects) for (const name of object ? namesIn(object) : []) names.add(name);
    if (names.size === all.length || names.size > mostIncluded)
      return new Map(all.map((name, i) => [name, objects[i]]));
  }
}

/** A chain of more is not looked through: it costs a watch each. */
const mostIncluded = 100;

function namesIn(object: KubeObject): string[] {
  const { include = [] } = (object as Partial<GitRepository>).spec ?? {};
  return include.map(({ repository }) => repository.name);
}

/** Each artifact would hold the one before it, for ever. */
function ofItself({ metadata }: GitRepository): Stalled {
  const message = `spec.include leads back to '${metadata.name}', which cannot hold its own artifact`;
  const conditions = { IncludeUnavailable: { status: 'True' as const, reason: 'IllegalPath', message } };
  return new Stalled('IllegalPath', message, { conditions });
}

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
