import type { Accepted, Asked } from './asked.ts';
import { type Decoded, decodeAs, firstObject, onlyObject, type Shape } from './decode.ts';
import { shown } from './event-names.ts';
import { isToken, requireHmac } from './signature.ts';
import { Refused } from './webhook.ts';

/**
 * https://goharbor.io/docs/latest/working-with-projects/project-configuration/configure-webhooks: the header as it
 * is.
 */
export function harborEvent({ webhook, token }: Asked): Accepted {
  if (!isToken(webhook.header('Authorization'), token))
    throw new Refused('the Harbor Authorization header value does not match the receiver token');
  return { body: webhook.body, said: 'handling Harbor event' };
}

/** https://docs.docker.com/docker-hub/repos/manage/webhooks */
export function dockerHubEvent({ webhook: { body } }: Asked): Accepted {
  const shape = { push_data: { tag: 'string' }, repository: { repo_url: 'string' } } as const;
  const { repository, push_data } = payload('DockerHub', shape, body);
  return { body, said: `handling DockerHub event from ${told(repository.repo_url, push_data.tag)}` };
}

/** https://docs.quay.io/guides/notifications.html */
export function quayEvent({ webhook: { body } }: Asked): Accepted {
  const shape = { docker_url: 'string', updated_tags: ['string'] } as const;
  const { docker_url } = payload('Quay', shape, body);
  return { body, said: `handling Quay event from ${shown(docker_url)}` };
}

/** https://learn.microsoft.com/azure/container-registry/container-registry-webhook-reference */
export function acrEvent({ webhook: { body } }: Asked): Accepted {
  const shape = { action: 'string', target: { repository: 'string', tag: 'string' } } as const;
  const { target } = payload('ACR', shape, body);
  return { body, said: `handling ACR event from ${told(target.repository, target.tag)}` };
}

/** https://help.sonatype.com/en/working-with-hmac-payloads.html: digits in lower case, as Nexus writes them. */
export function nexusEvent({ webhook: { header, body }, token }: Asked): Accepted {
  const signature = header('X-Nexus-Webhook-Signature');
  if (signature === '') throw new Refused('the Nexus signature is missing from header');
  if (signature !== signature.toLowerCase()) throw new Refused('invalid Nexus signature');
  requireHmac('sha1', signature, body, token);
  const shape = { action: 'string', repositoryName: 'string' } as const;
  const { repositoryName } = payload('Nexus', shape, body, onlyObject);
  return { body, said: `handling Nexus event from ${shown(repositoryName)}` };
}

/** Throws Refused where a body is none of the service. */
export function payload<const S extends Shape>(
  whose: string,
  shape: S,
  body: Buffer,
  read: typeof firstObject = firstObject,
): Decoded<S> {
  try {
    return decodeAs(shape, read(body.toString('utf8')));
  } catch (error) {
    throw new Refused(`cannot decode ${whose} webhook payload: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

const told = (repository: string, tag: string) => `${shown(repository)} for tag ${shown(tag)}`;
