export { bitbucketServer } from './bitbucket-server.ts';
export { ensureDeployKey, isSameKey } from './deploy-key.ts';
export { HostError } from './errors.ts';
export { gitea } from './gitea.ts';
export { gitHub } from './github.ts';
export { gitLab } from './gitlab.ts';
export {
  type DeployKey,
  defaultBranch,
  type HostedRepository,
  type HostOptions,
  type Permission,
  permissions,
  type Transport,
  type Visibility,
} from './host.ts';
export { hostUrl } from './host-url.ts';
