export { HelmRepositoryError, type HelmRepositoryFailure } from './errors.ts';
export {
  type FetchedIndex,
  type HelmRepositoryClient,
  type HelmRepositoryOptions,
  helmRepositoryClient,
  type Validators,
} from './repository.ts';
export { InvalidRepositoryUrl, normalUrl } from './repository-url.ts';
