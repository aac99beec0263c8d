export {
  type Applied,
  type ApplyOptions,
  type DeleteOptions,
  type KubeClient,
  kubeClient,
  type List,
  type ListOptions,
  type PatchType,
  type WriteOptions,
} from './client.ts';
export { type Connection, type ConnectionOptions, loadConnection } from './connection.ts';
export type { Credentials } from './credentials.ts';
export type { Discovery, Mapping } from './discovery.ts';
export {
  ApiError,
  ConnectionError,
  isAlreadyExists,
  isConflict,
  isForbidden,
  isGone,
  isInvalid,
  isNotFound,
  NoMatchError,
  retryAfter,
  type Status,
} from './errors.ts';
export { healthOf } from './health.ts';
export { at, conditionOf, type Health, type HealthStatus } from './health-rule.ts';
export {
  type Identity,
  type Impersonation,
  InvalidIdentity,
  identityHeaders,
  serviceAccount,
} from './identity.ts';
export { contextNamespace, KubeconfigError } from './kubeconfig.ts';
export {
  apiVersionOf,
  asJson,
  asKubeObject,
  display,
  type GroupVersionKind,
  groupOf,
  isOlder,
  type KubeObject,
  keyOf,
  type ManagedFieldsEntry,
  type ObjectMeta,
  type ObjectRef,
  type OwnerReference,
  refOf,
  versionOf,
  withoutManagers,
} from './object.ts';
export type { Overrides } from './overrides.ts';
export { refusalWords } from './refusal-words.ts';
export { type RequestKind, requestKindOf } from './request-kind.ts';
export {
  type ServiceAccountName,
  type ServiceAccountTokens,
  serviceAccountTokens,
} from './service-accounts.ts';
export {
  connectTo,
  delay,
  type Transport,
  type TransportOptions,
  type TransportRequest,
} from './transport.ts';
export { type WatchEvent, type WatchOptions, watch } from './watch.ts';
export { type Change, type Selection, type WatchCache, watchCache } from './watch-cache.ts';
