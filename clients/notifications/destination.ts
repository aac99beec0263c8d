import type { ConnectionOptions } from '@millrace/http';
import type { Event } from './event/event.ts';
import type { Identity } from './identity.ts';

/** A Provider with its Secrets read: where events go, and by which credentials. What is not given is empty. */
export interface Destination {
  type: string;
  address: string;
  channel: string;
  username: string;
  token: string;
  password: string;
  /** What the Secret says under `headers`. */
  headers: Record<string, string>;
  /** All that the Secret holds. */
  secret: Record<string, Uint8Array>;
  tls?: ConnectionOptions['tls'];
  proxy?: ConnectionOptions['proxy'];
  provider: { uid: string; name: string; namespace: string; serviceAccountName?: string | undefined };
  /** For whose sake the event is sent: OpenTelemetry names its traces by it. */
  alert?: { uid: string; name: string; namespace: string } | undefined;
  /** What the commit status is called; empty for all types but those of commit statuses. */
  commitStatus: string;
  /** Who the Provider is where its Secret holds no credentials; without it, it is nobody there. */
  identity?: Identity | undefined;
}

/** Sends events to one destination. */
export interface Notifier {
  /** Throws DeliveryError, which never holds a secret, or the signal's reason. */
  post(event: Event, signal: AbortSignal): Promise<void>;
}

/** Those that set the status of a commit. */
export const commitStatusTypes: readonly string[] = [
  'github',
  'gitlab',
  'gitea',
  'bitbucketserver',
  'bitbucket',
  'azuredevops',
];

/** Those that keep a comment in a pull or merge request. */
export const changeRequestTypes: readonly string[] = [
  'githubpullrequestcomment',
  'gitlabmergerequestcomment',
  'giteapullrequestcomment',
];
