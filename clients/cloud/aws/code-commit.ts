import { createHash, createHmac } from 'node:crypto';
import { CloudError } from '../errors.ts';
import type { GitCredentials } from '../git.ts';
import type { AwsCredentials } from './keys.ts';
import { requireRegion } from './region.ts';

/** The region of a repository, which its host names. Throws CloudError for other hosts, which must see no signature. */
export function codeCommitRegion(url: URL): string {
  const region = /^git-codecommit(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(url.hostname)?.[1];
  if (url.protocol !== 'https:' || !region)
    throw new CloudError(
      `${url.host} is no host of CodeCommit: https://git-codecommit.<region>.amazonaws.com/v1/repos/<name> is`,
    );
  return requireRegion(region);
}

/** The server takes a signature for as long. */
const lifetime = 15 * 60_000;

/**
 * A password for one repository: the signature of a request with the method GIT, as git-remote-codecommit makes it.
 * It is Signature Version 4 with a time that lacks its Z and without a digest of a body, which no SDK's signer makes.
 */
export function codeCommitLogin(url: URL, credentials: AwsCredentials, now: Date): GitCredentials {
  const region = codeCommitRegion(url);
  const time = now.toISOString().replace(/[-:]|\.\d+Z$/g, '');
  const scope = [time.slice(0, 8), region, 'codecommit', 'aws4_request'];
  const request = ['GIT', url.pathname, '', `host:${url.host}`, '', 'host', ''].join('\n');
  const digest = createHash('sha256').update(request).digest('hex');
  const text = ['AWS4-HMAC-SHA256', time, scope.join('/'), digest].join('\n');
  const key = scope.reduce<string | Buffer>(sign, `AWS4${credentials.secretAccessKey}`);
  const session = credentials.sessionToken ? `%${credentials.sessionToken}` : '';
  return {
    username: `${credentials.accessKeyId}${session}`,
    password: `${time}Z${sign(key, text).toString('hex')}`,
    expires: new Date(Math.min(now.getTime() + lifetime, credentials.expires.getTime())),
  };
}

function sign(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
