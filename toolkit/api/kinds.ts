import { alert } from './alert.ts';
import { artifactGenerator } from './artifact-generator.ts';
import { bucket } from './bucket.ts';
import { externalArtifact } from './external-artifact.ts';
import { gitRepository } from './git-repository.ts';
import { helmChart } from './helm-chart.ts';
import { helmRelease } from './helm-release.ts';
import { helmRepository } from './helm-repository.ts';
import { imagePolicy } from './image-policy.ts';
import { imageRepository } from './image-repository.ts';
import { imageUpdateAutomation } from './image-update-automation.ts';
import type { Kind } from './kind.ts';
import { kustomization } from './kustomization.ts';
import { ociRepository } from './oci-repository.ts';
import { provider } from './provider.ts';
import { receiver } from './receiver.ts';

/** The kinds that this version serves. */
export const kinds: readonly Kind[] = [
  alert,
  artifactGenerator,
  bucket,
  externalArtifact,
  gitRepository,
  helmChart,
  helmRelease,
  helmRepository,
  imagePolicy,
  imageRepository,
  imageUpdateAutomation,
  kustomization,
  ociRepository,
  provider,
  receiver,
];
