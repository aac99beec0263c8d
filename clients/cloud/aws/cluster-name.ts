import { CloudError } from '../errors.ts';
import { requireRegion } from './region.ts';

export interface EksCluster {
  partition: string;
  region: string;
  name: string;
}

/** Throws CloudError for what is not the ARN of a cluster. */
export function parseEksCluster(arn: string): EksCluster {
  const [, partition, region, name] =
    /^arn:(aws[\w-]*):eks:([^:]{1,100}):[0-9]{1,30}:cluster\/(.{1,200})$/.exec(arn) ?? [];
  if (!partition || !region || !name)
    throw new CloudError(
      `${JSON.stringify(arn)} is no cluster of EKS: arn:aws:eks:<region>:<account>:cluster/<name> is`,
    );
  return { partition, region: requireRegion(region), name };
}
