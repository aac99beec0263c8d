import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { Destination, Notifier } from './destination.ts';
import { InvalidDestination } from './errors.ts';
import { azureEventHub } from './event-hubs/provider.ts';
import { azureDevOps } from './git-hosts/azure-devops.ts';
import { bitbucket, bitbucketServer } from './git-hosts/bitbucket.ts';
import { gitea, giteaPullRequestComment } from './git-hosts/gitea.ts';
import { github, githubDispatch, githubPullRequestComment } from './git-hosts/github.ts';
import { gitlab, gitlabMergeRequestComment } from './git-hosts/gitlab.ts';
import { nats } from './nats/provider.ts';
import type { ProviderType } from './provider-type.ts';
import { alertmanager, datadog, grafana, opsgenie, pagerduty } from './providers/alerting.ts';
import { lark, matrix, telegram, webex } from './providers/chats.ts';
import { generic, genericHmac } from './providers/generic.ts';
import { googlePubSub } from './providers/google-pubsub.ts';
import { googleChat } from './providers/googlechat.ts';
import { msteams } from './providers/msteams.ts';
import { otel } from './providers/otel.ts';
import { sentry } from './providers/sentry.ts';
import { discord, rocket, slack } from './providers/slack.ts';
import { zulip } from './providers/zulip.ts';
import { sender } from './sender.ts';
import { network, type Reach, type Transport } from './transport.ts';

const types: ReadonlyMap<string, ProviderType> = new Map(
  Object.entries({
    generic,
    'generic-hmac': genericHmac,
    slack,
    discord,
    rocket,
    msteams,
    googlechat: googleChat,
    webex,
    telegram,
    lark,
    matrix,
    opsgenie,
    alertmanager,
    grafana,
    pagerduty,
    datadog,
    zulip,
    sentry,
    otel,
    nats,
    googlepubsub: googlePubSub,
    azureeventhub: azureEventHub,
    github,
    gitlab,
    gitea,
    bitbucketserver: bitbucketServer,
    bitbucket,
    azuredevops: azureDevOps,
    githubdispatch: githubDispatch,
    githubpullrequestcomment: githubPullRequestComment,
    gitlabmergerequestcomment: gitlabMergeRequestComment,
    giteapullrequestcomment: giteaPullRequestComment,
  }),
);

/** All types of Providers. */
export const providerTypes: readonly string[] = Array.from(types.keys());

const own = network();

/**
 * What sends events to a destination, by the network or by what takes its place. Asks nobody yet. Throws
 * InvalidDestination for what no retry can mend.
 */
export function notifierFor(destination: Destination, via: Transport = own): Notifier {
  const type = types.get(destination.type);
  if (!type) throw new InvalidDestination(`provider ${destination.type.slice(0, 64)} not supported`);
  const { tls, proxy } = destination;
  const reach: Reach = {
    ...(type.reach.includes('tls') ? { tls } : {}),
    ...(type.reach.includes('proxy') ? { proxy } : {}),
  };
  requireCertificates(reach.tls);
  return type.notifier(destination, { send: sender(destination, reach, via), via });
}

/** What OpenSSL says of a key may hold parts of it, and is not repeated. */
function requireCertificates(tls: Reach['tls']): void {
  const { ca, cert, key } = tls ?? {};
  try {
    if (ca !== undefined) new X509Certificate(ca);
  } catch {
    throw new InvalidDestination('ca.crt is no certificate in PEM');
  }
  try {
    if (cert !== undefined || key !== undefined) createSecureContext({ cert, key });
  } catch {
    throw new InvalidDestination('tls.crt and tls.key are no certificate and its key in PEM');
  }
}
