import { CloudError } from '../errors.ts';
import { requireRegion } from './region.ts';

/** Of private registries; the ends are those of the partitions. */
const registries =
  /^[0-9]+\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|sc2s\.sgov\.gov|c2s\.ic\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov|on\.aws)$/;

export interface EcrHost {
  region: string;
  isPublic: boolean;
}

/**
 * The region of a registry, which its host names. Throws CloudError for a host that is no registry of Amazon, or only
 * begins like one: it would be sent a password.
 */
export function parseEcrHost(host: string): EcrHost {
  // https://docs.aws.amazon.com/AmazonECR/latest/public/public-registry-auth.html
  if (host === 'public.ecr.aws') return { region: 'us-east-1', isPublic: true };
  const region = registries.exec(host)?.[1];
  if (!region)
    throw new CloudError(
      `${host} is no registry of AWS: <account>.dkr.ecr.<region>.amazonaws.com and public.ecr.aws are`,
    );
  return { region: requireRegion(region), isPublic: false };
}
