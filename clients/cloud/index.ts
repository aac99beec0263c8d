export type { AwsPurpose } from './aws/exchange.ts';
export type { AwsCredentials, AwsKeys } from './aws/keys.ts';
export { requestHandler as awsRequestHandler } from './aws/sdk.ts';
export type { AzureLogin } from './azure/login.ts';
export { type Cloud, type CloudOptions, cloud } from './cloud.ts';
export {
  type ClusterAccess,
  type ClusterParameters,
  type ClusterPlace,
  type ClusterProvider,
  parseClusterParameters,
} from './cluster.ts';
export { CloudError, failure } from './errors.ts';
export type { GitCredentials } from './git.ts';
export {
  type GitHubApp,
  type GitHubLogin,
  gitHubAppSlug,
  gitHubLogin,
  requireGitHubApp,
} from './github/app.ts';
export { type GoogleKey, parseGoogleKey } from './google/key.ts';
export {
  type Http,
  type HttpAnswer,
  HttpError,
  type HttpOptions,
  type HttpRequest,
  http,
  pathOf,
} from './http.ts';
export { askJson, RefusedError, textIn } from './json-answer.ts';
export { serviceAccountIn } from './kubernetes-exchange.ts';
export {
  type IdentityRules,
  type Principal,
  principalOf,
  type ServiceAccountPrincipal,
  type ServiceAccountRef,
  type ServiceAccounts,
} from './principal.ts';
export type { CloudProvider, RegistryLogin } from './registry.ts';
export type { AccessToken } from './token.ts';
export type { Expiring, TokenCache, TokenCacheObserver } from './token-cache.ts';
