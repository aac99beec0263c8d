import type { ImagePolicy, ImageRepository } from '@millrace/api';
import { Failed } from '@millrace/controller';
import type { KubeObject } from '@millrace/kube';

/** `namespace/name` of the repository that a policy names. */
export function repositoryKey({ metadata, spec }: ImagePolicy): string {
  const { name, namespace } = spec.imageRepositoryRef;
  return `${namespace || metadata.namespace}/${name}`;
}

export const isElsewhere = ({ metadata, spec }: ImagePolicy): boolean =>
  (spec.imageRepositoryRef.namespace || metadata.namespace) !== metadata.namespace;

/** Throws Failed unless the repository lets the namespace of the policy in (fluxcd/pkg, runtime/acl). */
export function requireAccess(
  policy: ImagePolicy,
  repo: ImageRepository,
  namespace: KubeObject | undefined,
): void {
  if (!isElsewhere(policy)) return;
  const key = repositoryKey(policy);
  const selectors = repo.spec.accessFrom?.namespaceSelectors;
  if (!selectors) throw denied(`'${key}' can't be accessed due to missing ACL labels on 'accessFrom'`);
  const labels = namespace?.metadata.labels ?? {};
  const fits = selectors.some(({ matchLabels = {} }) =>
    Object.entries(matchLabels).every(([name, value]) => labels[name] === value),
  );
  if (namespace && fits) return;
  throw denied(
    `'${key}' can't be accessed due to ACL labels mismatch on namespace '${policy.metadata.namespace}'`,
  );
}

export function blocked(policy: ImagePolicy): Failed {
  return refused(
    `cannot access 'ImageRepository/${repositoryKey(policy)}', cross-namespace references have been blocked`,
  );
}

const denied = (why: string) => refused(`access denied: ${why}`);

function refused(why: string): Failed {
  return new Failed('AccessDenied', `failed to get the referred ImageRepository: ${why}`);
}
