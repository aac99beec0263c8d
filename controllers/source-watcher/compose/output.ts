import type { ArtifactGenerator } from '@millrace/api';

/** An artifact as spec.artifacts has it. */
export type Output = ArtifactGenerator['spec']['artifacts'][number];
export type Copy = Output['copy'][number];

/** One that is to be made: of a path pattern there are as many as folders that match. */
export interface Request extends Output {
  /** What the pattern has captured. */
  labels: Record<string, string>;
}
