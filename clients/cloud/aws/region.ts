import { CloudError } from '../errors.ts';

/** Of what a region may be made; it becomes part of a host's name. */
const label = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

/** Throws CloudError for what cannot be a region. */
export function requireRegion(region: string): string {
  if (!label.test(region)) throw new CloudError(`${JSON.stringify(region)} is no region of AWS`);
  return region;
}

/** Of the controller: EKS sets the variable for IAM roles of ServiceAccounts and for Pod Identity. */
export function ambientRegion(): string {
  const region = process.env.AWS_REGION;
  if (!region)
    throw new CloudError(
      'the region is not known: AWS_REGION is not set; restart the Pod after its ServiceAccount was given a role, or set it',
    );
  return requireRegion(region);
}

/** Where the names of services end, by partition: https://docs.aws.amazon.com/general/latest/gr/rande.html */
const suffixes: Record<string, string> = {
  'aws-cn': 'amazonaws.com.cn',
  'aws-eusc': 'amazonaws.eu',
  'aws-iso': 'c2s.ic.gov',
  'aws-iso-b': 'sc2s.sgov.gov',
  'aws-iso-e': 'cloud.adc-e.uk',
  'aws-iso-f': 'csp.hci.ic.gov',
};

/** The security token service of a region. */
export function stsHost(partition: string, region: string): string {
  return `sts.${region}.${Object.hasOwn(suffixes, partition) ? suffixes[partition] : 'amazonaws.com'}`;
}

/**
 * Global, regional and VPC endpoints: https://docs.aws.amazon.com/general/latest/gr/sts.html. What is sent there is a
 * token of the cluster, so it must be one of Amazon's. Throws CloudError.
 */
export function requireStsEndpoint(endpoint: string): string {
  const host = /^https:\/\/([-a-z0-9.]{1,253})$/.exec(endpoint)?.[1];
  const labels = host?.endsWith('.amazonaws.com') ? host.slice(0, -'.amazonaws.com'.length).split('.') : [];
  if (labels.at(-1) === 'vpce') labels.pop();
  const isSts = (label: string | undefined) => label === 'sts' || label === 'sts-fips';
  if (!isSts(labels.at(-1)) && !isSts(labels.at(-2)))
    throw new CloudError(
      `${JSON.stringify(endpoint)} is no endpoint of STS: https://sts.<region>.amazonaws.com is`,
    );
  return endpoint;
}
