import { InvalidRepositoryUrl, normalUrl } from '@millrace/helm-repository';

/** A dependency names no repository that can be asked. */
export class InvalidDependencyUrl extends Error {
  override readonly name = 'InvalidDependencyUrl';
}

/** The repository of a dependency, in the form by which HelmRepositories are found. Throws InvalidDependencyUrl. */
export function repositoryUrl(repository: string): string {
  if (/^(?:@|alias:)/.test(repository))
    throw new InvalidDependencyUrl(`aliased repository dependency is not supported: ${repository}`);
  try {
    return normalUrl(repository);
  } catch (error) {
    if (!(error instanceof InvalidRepositoryUrl)) throw error;
    throw new InvalidDependencyUrl(`invalid dependency repository URL: ${error.message}`);
  }
}
