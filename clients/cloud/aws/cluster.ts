import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { Sha256Node } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/transport';
import { SignatureV4 } from '@smithy/signature-v4';
import type { ClusterPlace } from '../cluster.ts';
import { CloudError } from '../errors.ts';
import type { Http } from '../http.ts';
import type { EksCluster } from './cluster-name.ts';
import type { AwsKeys } from './keys.ts';
import { stsHost } from './region.ts';
import { copied, requestHandler, urlOf } from './sdk.ts';

/** Where the cluster is, as EKS knows it. */
export async function describeEks(
  cluster: EksCluster,
  credentials: AwsKeys,
  http: Http,
  signal: AbortSignal,
): Promise<ClusterPlace> {
  const client = new EKSClient({
    region: cluster.region,
    credentials: copied(credentials),
    requestHandler: requestHandler(http),
  });
  const answer = await client.send(new DescribeClusterCommand({ name: cluster.name }), {
    abortSignal: signal,
  });
  const address = answer.cluster?.endpoint;
  const ca = answer.cluster?.certificateAuthority?.data;
  if (!address || !ca) throw new CloudError('it has no endpoint yet');
  return { address, ca: Buffer.from(ca, 'base64').toString('utf8') };
}

/** EKS takes a signed question to STS, which it asks in our name, for a token, and accepts it for 15 minutes. */
const lifetime = 900;

/** https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html */
export async function eksToken(
  cluster: EksCluster,
  credentials: AwsKeys,
  now: Date,
): Promise<{ token: string; expires: Date }> {
  const signer = new SignatureV4({
    service: 'sts',
    region: cluster.region,
    credentials: copied(credentials),
    sha256: Sha256Node,
  });
  const hostname = stsHost(cluster.partition, cluster.region);
  const question = new HttpRequest({
    method: 'GET',
    protocol: 'https:',
    hostname,
    path: '/',
    query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    headers: { host: hostname, 'x-k8s-aws-id': cluster.name },
  });
  const signed = await signer.presign(question, { expiresIn: lifetime, signingDate: now });
  const token = `k8s-aws-v1.${Buffer.from(urlOf(signed)).toString('base64url')}`;
  return { token, expires: new Date(now.getTime() + lifetime * 1000) };
}
