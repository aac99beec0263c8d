import type { Accepted, Asked } from './asked.ts';
import { requireEvent } from './event-names.ts';
import { mediaType } from './media-type.ts';
import { isToken, requireSignature } from './signature.ts';
import { Refused, type Webhook } from './webhook.ts';

/** https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries; Gitea signs in the same way. */
export function githubEvents(asked: Asked): Accepted {
  requireSignedPayload(asked);
  return events(asked, 'X-GitHub-Event', 'GitHub event');
}

/** https://confluence.atlassian.com/bitbucketserver/manage-webhooks-938025878.html; the cloud's has the same header. */
export function bitbucketEvents(asked: Asked): Accepted {
  requireSignedPayload(asked);
  return events(asked, 'X-Event-Key', 'Bitbucket server event');
}

/** https://docs.gitlab.com/user/project/integrations/webhooks */
export function gitlabEvents(asked: Asked): Accepted {
  if (!isToken(asked.webhook.header('X-Gitlab-Token'), asked.token))
    throw new Refused('the X-Gitlab-Token header value does not match the receiver token');
  return events(asked, 'X-Gitlab-Event', 'GitLab event');
}

function events({ webhook, receiver }: Asked, header: string, whose: string): Accepted {
  return { body: webhook.body, said: requireEvent(webhook, header, receiver.spec.events, whose) };
}

/** The newer signature counts where both are there (go-github, ValidatePayload). */
function requireSignedPayload({ webhook, token }: Asked): void {
  requirePayload(webhook);
  const signature = webhook.header('X-Hub-Signature-256') || webhook.header('X-Hub-Signature');
  requireSignature(signature, webhook.body, token);
}

/** Go's net/url reads no more parameters. */
const mostParameters = 10_000;

function requirePayload({ header, body }: Webhook): void {
  const type = mediaType(header('Content-Type'));
  if (type === 'application/json') return;
  if (type !== 'application/x-www-form-urlencoded')
    throw new Refused('the Content-Type is neither application/json nor application/x-www-form-urlencoded');
  // Filters see no form: all that counts is that it is one, as Go reads it.
  const form = body.toString('latin1');
  if (form.includes(';') || /%(?![0-9a-f]{2})/i.test(form) || form.split('&').length > mostParameters)
    throw new Refused('the body is no form');
}
