import { CloudError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { Http } from '../http.ts';
import type { AwsCredentials } from './keys.ts';
import { ambientRegion, requireRegion, requireStsEndpoint } from './region.ts';

export interface AwsPurpose {
  /** Where the credentials are asked for; without it that of the controller, which only the controller may use. */
  region?: string | undefined;
  /** Of the security token service, in place of the region's. */
  stsEndpoint?: string | undefined;
}

const annotation = 'eks.amazonaws.com/role-arn';

/**
 * IAM roles for ServiceAccounts:
 * https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html
 */
export function awsExchange(
  { region, stsEndpoint }: AwsPurpose,
  http: Http,
): Exchange<string, AwsCredentials> {
  const endpoint = stsEndpoint === undefined ? undefined : requireStsEndpoint(stsEndpoint);
  const given = region === undefined ? undefined : requireRegion(region);
  return {
    provider: 'AWS',
    purpose: [given ?? process.env.AWS_REGION, endpoint],
    async ambient() {
      const sts = { region: given ?? ambientRegion(), endpoint };
      return (await import('./credentials.ts')).ambientCredentials(sts, http);
    },
    identity: roleOf,
    audiences: async () => ['sts.amazonaws.com'],
    async exchange(token, role, { namespace, name }) {
      if (!given) throw new CloudError('no region is given: set it in the object');
      const session = sessionName(`${name}.${namespace}.${given}.fluxcd.io`);
      const sts = { region: given, endpoint };
      return (await import('./credentials.ts')).credentialsOfRole(token, role, session, sts, http);
    },
  };
}

function roleOf(annotations: Record<string, string>): string {
  const role = annotations[annotation] ?? '';
  if (!isRole(role))
    throw new CloudError(
      `the annotation ${annotation} is ${role ? JSON.stringify(role) : 'not set'}: it must name a role, as arn:aws:iam::<account>:role/<name>`,
    );
  return role;
}

export function isRole(arn: string): boolean {
  return /^arn:aws[\w-]*:iam::[0-9]{1,30}:role\/.{1,200}$/.test(arn);
}

/** STS refuses a longer one; names in Kubernetes may have 253 characters. */
const sessionName = (name: string) => name.slice(0, 64);
