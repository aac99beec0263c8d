import type { ImageRepository } from '@millrace/api';
import {
  type Cloud,
  type CloudProvider,
  type IdentityRules,
  type Principal,
  principalOf,
} from '@millrace/cloud';
import { Failed, type References, Stalled } from '@millrace/controller';
import { mappedUrl, type UrlMap } from '@millrace/git-access';
import {
  parseRepository,
  type Registry,
  type RepositoryName,
  registry,
  type Tokens,
  type Ways,
} from '@millrace/oci';
import { type Access, accessOf } from '@millrace/registry-access';

/** How the registry of an image is reached, and who asks. */
export interface Way {
  /** As the spec has it. */
  name: RepositoryName;
  /** Where it is asked for. */
  place: RepositoryName;
  access: Omit<Access, 'hasLogins'>;
  /** Who asks a cloud for a login. */
  identity?: { provider: CloudProvider; who: Principal };
}

/** What registries are asked by. */
export interface RegistryDeps extends IdentityRules {
  references: References;
  cloud: Cloud;
  tokens: Tokens;
  ways: Ways;
  /** Images that are pulled from elsewhere than their name says. */
  urls: UrlMap;
}

const gate = 'ObjectLevelWorkloadIdentity';

/** Throws Stalled where the spec asks for what is not allowed. @param where what a policy says of the repository */
export function requireIdentity({ spec }: ImageRepository, isAllowed: boolean, where = ''): void {
  const { provider = 'generic', serviceAccountName } = spec;
  if (provider === 'generic' || !serviceAccountName || isAllowed) return;
  throw new Stalled(
    'FeatureGateDisabled',
    `to use spec.serviceAccountName ${where}for provider authentication please enable the ${gate} feature gate in the controller`,
  );
}

/** Throws Parked while what it names is looked for, and Failed where that is of no use. */
export async function wayTo(repo: ImageRepository, name: RepositoryName, on: RegistryDeps): Promise<Way> {
  const {
    provider = 'generic',
    serviceAccountName,
    image,
    insecure,
    proxySecretRef,
    certSecretRef,
  } = repo.spec;
  const mapped = mappedUrl(`oci://${image}`, on.urls);
  // Credentials are for the place that the spec names.
  if (mapped !== undefined)
    return { name, place: parseRepository(mapped.replace(/^oci:\/\//, '')), access: {} };
  const isGeneric = provider === 'generic';
  // A provider's login goes before that of Secrets, of which then none is read.
  const spec = isGeneric
    ? repo.spec
    : {
        ...(insecure ? { insecure } : {}),
        ...(proxySecretRef ? { proxySecretRef } : {}),
        ...(certSecretRef ? { certSecretRef } : {}),
      };
  const { hasLogins: _, ...access } = await accessOf({ ...repo, spec }, name, image, on.references).catch(
    error => {
      if (!(error instanceof Failed)) throw error;
      throw new Failed(
        'AuthenticationFailed',
        `failed to configure authentication options: ${error.message}`,
        {
          cause: error,
        },
      );
    },
  );
  if (isGeneric) return { name, place: name, access };
  const { namespace = '' } = repo.metadata;
  const who = principalOf(namespace, serviceAccountName, on);
  return { name, place: name, access, identity: { provider, who } };
}

/** The caller closes it. Throws Failed where a cloud gives no login. */
export async function openRegistry(
  { spec }: ImageRepository,
  { place, access, identity }: Way,
  on: RegistryDeps,
  signal: AbortSignal,
): Promise<Registry> {
  let { login } = access;
  if (identity)
    login = await on.cloud
      .registryLogin(identity.provider, spec.image, identity.who, signal)
      .catch((cause: Error) => {
        signal.throwIfAborted();
        const said = `failed to configure authentication options: ${cause.message}`;
        throw new Failed('AuthenticationFailed', said, { cause });
      });
  return registry(place, { ...access, login, tokens: on.tokens, ways: on.ways });
}
