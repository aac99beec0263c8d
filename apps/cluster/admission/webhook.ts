import type { JsonObject } from '@millrace/json';
import { numberAt, objectAt, objectsAt, textAt } from '../api/tree.ts';
import { type Entry, read } from '../store/entry.ts';
import type { Compiled } from './expression.ts';
import { compileConditions } from './match-conditions.ts';

/** Where a webhook listens: at an address, or behind a Service of the cluster. */
export type WebhookAddress =
  | { readonly url: string }
  | {
      readonly service: {
        readonly namespace: string;
        readonly name: string;
        readonly path: string;
        readonly port: number;
      };
    };

/** One webhook of a configuration. https://kubernetes.io/docs/reference/kubernetes-api/extend-resources/validating-webhook-configuration-v1/ */
export interface Webhook {
  readonly name: string;
  readonly kind: 'mutating' | 'validating';
  readonly address: WebhookAddress;
  /** PEM; empty for the system's authorities. */
  readonly authority: string;
  readonly rules: readonly JsonObject[];
  readonly matchPolicy: string;
  readonly matchConditions: readonly Compiled[];
  readonly namespaceSelector: JsonObject;
  readonly objectSelector: JsonObject;
  readonly ignoresFailure: boolean;
  readonly seconds: number;
  /** Whether it may be asked about a dry run. */
  readonly isFreeOfSideEffects: boolean;
  /** Whether it wants to see what others have changed after it. */
  readonly isReinvoked: boolean;
}

/** The webhooks of a configuration, in its order. */
export function webhooksOf(entry: Entry, kind: Webhook['kind']): Webhook[] {
  return objectsAt(read(entry), 'webhooks').map(webhook => ({
    name: textAt(webhook, 'name'),
    kind,
    address: addressOf(objectAt(webhook, 'clientConfig')),
    authority: Buffer.from(textAt(webhook, 'clientConfig', 'caBundle'), 'base64').toString(),
    rules: objectsAt(webhook, 'rules'),
    matchPolicy: textAt(webhook, 'matchPolicy') || 'Equivalent',
    matchConditions: compileConditions(objectsAt(webhook, 'matchConditions'), false),
    namespaceSelector: objectAt(webhook, 'namespaceSelector'),
    objectSelector: objectAt(webhook, 'objectSelector'),
    ignoresFailure: textAt(webhook, 'failurePolicy') === 'Ignore',
    seconds: numberAt(webhook, 'timeoutSeconds') ?? 10,
    isFreeOfSideEffects: ['None', 'NoneOnDryRun'].includes(textAt(webhook, 'sideEffects')),
    isReinvoked: textAt(webhook, 'reinvocationPolicy') === 'IfNeeded',
  }));
}

function addressOf(client: JsonObject): WebhookAddress {
  const url = textAt(client, 'url');
  if (url) return { url };
  const service = objectAt(client, 'service');
  return {
    service: {
      namespace: textAt(service, 'namespace'),
      name: textAt(service, 'name'),
      path: textAt(service, 'path'),
      port: numberAt(service, 'port') ?? 443,
    },
  };
}
