import { StoreError } from './errors.ts';
import type { S3Place } from './place.ts';

/** Hosts of Amazon, in all partitions: https://docs.aws.amazon.com/general/latest/gr/s3.html */
const amazon = /^s3[.-](?:[a-z0-9-]{1,63}\.){0,4}amazonaws\.com(?:\.cn)?$/;

export function isAmazon(endpoint: string): boolean {
  return amazon.test(hostOf(endpoint));
}

/** The region that a name of Amazon's holds: `s3.eu-west-1.amazonaws.com`, `s3-eu-west-1.amazonaws.com`. */
export function regionIn(endpoint: string): string | undefined {
  if (!isAmazon(endpoint)) return undefined;
  return /[.-]([a-z]{2}(?:-[a-z]{1,10}){1,2}-[0-9])\./.exec(hostOf(endpoint))?.[1];
}

/** The host for all regions is none to read from: the SDK knows that of each. */
export function endpointOf({ endpoint, insecure }: S3Place): { endpoint?: string } {
  const url = `${insecure ? 'http' : 'https'}://${requireEndpoint(endpoint)}`;
  return endpoint === 's3.amazonaws.com' && !insecure ? {} : { endpoint: url };
}

const hostAndPort = /^(?:[a-zA-Z0-9_](?:[a-zA-Z0-9_.-]{0,252})|\[[0-9a-fA-F:.]{2,45}\])(?::[0-9]{1,5})?$/;

function requireEndpoint(endpoint: string): string {
  if (hostAndPort.test(endpoint) && URL.canParse(`https://${endpoint}`)) return endpoint;
  throw new StoreError(
    'invalid',
    `spec.endpoint is ${JSON.stringify(endpoint.slice(0, 253))}, which is no host or host:port`,
  );
}

/** More than Amazon allows today, as older stores do; an ARN would lead elsewhere than to the endpoint. */
export function requireBucketName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/.test(name)) return name;
  throw new StoreError(
    'invalid',
    `spec.bucketName is ${JSON.stringify(name.slice(0, 200))}, which no bucket can have`,
  );
}

function hostOf(endpoint: string): string {
  return endpoint.replace(/:[0-9]{1,5}$/, '').toLowerCase();
}
