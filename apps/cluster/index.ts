export { type Cluster, type ClusterOptions, startCluster } from './cluster.ts';
export type { Credentials } from './git/credentials.ts';
export type { RefChange } from './git/refs.ts';
export { BadRepositoryName } from './git/repositories.ts';
export { type GitRequest, type GitServer, type GitServerOptions, startGitServer } from './git/server.ts';
export { GitFailed } from './git/service.ts';
export { PortTaken } from './http/listener.ts';
export { StoreUnusable } from './store/log.ts';
export { BadSnapshot } from './store/snapshot.ts';
