export { type Alert, alert } from './alert.ts';
export { type ArtifactGenerator, artifactGenerator } from './artifact-generator.ts';
export { type Bucket, bucket } from './bucket.ts';
export { customResourceDefinition, hasStatus } from './custom-resource-definition.ts';
export { formatDuration, parseDuration } from './duration/index.ts';
export { type ExternalArtifact, externalArtifact } from './external-artifact.ts';
export { fluxVersion } from './flux-version/index.ts';
export { inCurrentVersion } from './former-version.ts';
export { type Artifact, type GitRepository, gitRepository } from './git-repository.ts';
export { type HelmChart, helmChart } from './helm-chart.ts';
export {
  type HelmRelease,
  type HelmReleaseSpec,
  type HelmReleaseStatus,
  helmRelease,
  type Snapshot,
} from './helm-release.ts';
export { type HelmRepository, helmRepository } from './helm-repository.ts';
export { type ImagePolicy, type ImageReference, imagePolicy } from './image-policy.ts';
export { type ImageRepository, imageRepository } from './image-repository.ts';
export { type ImageUpdateAutomation, imageUpdateAutomation } from './image-update-automation.ts';
export {
  apiVersionOfKind,
  type CommonStatus,
  type Condition,
  type FormerVersion,
  type Kind,
  type Resource,
  type ResourceOf,
} from './kind.ts';
export { kinds } from './kinds.ts';
export { type Kustomization, kustomization } from './kustomization.ts';
export * as names from './names.ts';
export { type OCIRepository, ociRepository } from './oci-repository.ts';
export { InvalidResourceError, parseResource } from './parse.ts';
export { type Provider, provider } from './provider.ts';
export { type Receiver, receiver } from './receiver.ts';
