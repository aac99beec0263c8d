import { type GitRepository, gitRepository, type ImageUpdateAutomation } from '@millrace/api';
import { Failed, Stalled } from '@millrace/controller';
import { type Access, accessOf } from '@millrace/git-access';
import { keyOf } from '@millrace/kube';
import type { Deps } from './deps.ts';

type Git = NonNullable<ImageUpdateAutomation['spec']['git']>;

/** Where an automation reads, and where it writes. */
export interface Source {
  repository: GitRepository;
  access: Access;
  git: Git;
  /** What is checked out. */
  ref: GitRepository['spec']['ref'];
  pushBranch: string;
  /** The push branch is another than the one that is checked out. */
  switches: boolean;
}

/** The repository of an automation, and what is done with it. Throws Parked, Failed and Stalled. */
export async function sourceOf(automation: ImageUpdateAutomation, on: Deps): Promise<Source> {
  const { spec, metadata } = automation;
  if (!spec.git) throw invalid(`source kind '${gitRepository.kind}' necessitates field .spec.git`);
  const { name } = spec.sourceRef;
  const namespace = spec.sourceRef.namespace || (metadata.namespace ?? '');
  if (namespace !== metadata.namespace && !on.crossNamespaceRefs)
    throw new Stalled(
      'AccessDenied',
      `can't access '${gitRepository.kind}/${namespace}/${name}', cross-namespace references have been blocked`,
    );
  const repository = find(automation, namespace, name, on);
  const ref = spec.git.checkout?.ref ?? repository.spec.ref;
  const push = pushTo(spec.git, ref);
  const access = await accessOf(repository, on.access, keyOf(metadata)).catch(cause => {
    throw notConfigured(cause);
  });
  return { repository, access, git: spec.git, ref, ...push };
}

function find({ metadata }: ImageUpdateAutomation, namespace: string, name: string, on: Deps): GitRepository {
  const cache = on.repositories();
  on.waitFor(keyOf(metadata), cache, `the list of ${gitRepository.kind}`);
  const found = cache.get(`${namespace}/${name}`);
  if (found === undefined) {
    const { kind, group } = gitRepository;
    throw failed(`referenced git repository does not exist: ${kind}.${group} "${name}" not found`);
  }
  if (typeof found === 'string') throw failed(`failed to get referenced git repository: ${found}`);
  return found;
}

/** Flux's default where nothing is said (fluxcd/pkg, git.DefaultBranch). */
const defaultBranch = 'master';

function pushTo({ push }: Git, ref: Source['ref']): Pick<Source, 'pushBranch' | 'switches'> {
  const checkout = ref ? ref.branch : defaultBranch;
  if (push?.branch) return { pushBranch: push.branch, switches: push.branch !== checkout };
  if (!ref?.branch)
    throw failed(
      'push spec not provided, and cannot be inferred from .spec.git.checkout.ref or GitRepository .spec.ref',
    );
  return { pushBranch: ref.branch, switches: false };
}

/** What keeps the repository from being reached, in the reasons of this kind. */
export function notConfigured(cause: unknown): unknown {
  if (!(cause instanceof Failed)) return cause;
  if (cause.reason === 'InvalidProviderConfiguration') return invalid(cause.message);
  return cause instanceof Stalled
    ? cause
    : failed(cause.message.replace(/^failed to get secret/, 'failed to get auth secret'));
}

export function failed(problem: string): Failed {
  return new Failed('SourceManagerFailed', `failed configuring source manager: ${problem}`);
}

function invalid(problem: string): Stalled {
  return new Stalled('InvalidSourceConfiguration', `${problem}: invalid source configuration`);
}
