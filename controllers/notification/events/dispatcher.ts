import { type Alert, type Provider, parseDuration } from '@millrace/api';
import { type Logger, timeoutSignal } from '@millrace/controller';
import { type KubeClient, keyOf, type WatchCache } from '@millrace/kube';
import { type Event, notifierFor, type Transport } from '@millrace/notifications';
import { type Complaint, letsThrough, sourcesNaming } from '../alerts/alert-rules.ts';
import { commitStatusOf } from './commit-status.ts';
import { destinationOf, type Ground } from './destination.ts';
import { cleaned, sameness, withoutToken } from './intake.ts';
import type { Lanes } from './lanes.ts';
import { combineMetadata } from './metadata.ts';
import { type Admission, rateLimit } from './rate-limit.ts';
import { isFor } from './routing.ts';

/** A notification on its way: which Alert sends which event where. */
export interface Dispatch {
  event: Event;
  alert: Alert;
  provider: Provider;
}

/** What is told on an Alert: always a warning. */
export interface AlertNote {
  reason: Complaint['reason'] | 'NotificationDispatchFailed' | 'MetadataAppendFailed';
  message: string;
  annotations?: Record<string, string>;
}

export interface DispatcherDeps extends Ground {
  client: KubeClient;
  log: Logger;
  /** With an index `source` of `sourcesOf`. */
  alerts: WatchCache<Alert>;
  providers: WatchCache<Provider>;
  lanes: Lanes;
  /** By what a dispatch leaves the process. */
  transport(dispatch: Dispatch): Transport;
  /** Told of each dispatch as it begins, and of how it ended. */
  follow?: ((dispatch: Dispatch, ended: Promise<void>) => void) | undefined;
  tell(alert: Alert, note: AlertNote): void;
  /** --rate-limit-interval, in milliseconds. */
  rateLimitInterval: number;
  crossNamespaceRefs: boolean;
}

/** For the index of Alerts by the kinds and namespaces of objects that they listen to. */
export function sourcesOf({ metadata, spec }: Alert): string[] {
  return [
    ...new Set(spec.eventSources.map(({ kind, namespace }) => `${kind}/${namespace || metadata.namespace}`)),
  ];
}

/** In milliseconds, where the Provider says nothing of it. */
const usualTimeout = 15_000;

/** Events come in, notifications go out (notification-controller, docs/spec/v1beta3). */
export class Dispatcher {
  readonly #on: DispatcherDeps;
  readonly #limit: ReturnType<typeof rateLimit>;

  constructor(on: DispatcherDeps) {
    this.#on = on;
    this.#limit = rateLimit(on.rateLimitInterval);
  }

  /** Whether the event may pass, and if so what comes of it: the promise ends when all is on its way. */
  accept(event: Event, now = Date.now()): Admission & { dispatched: Promise<void> } {
    const clean = cleaned(event);
    const admission = this.#limit.take(sameness(clean), now);
    const dispatched = admission.allowed ? this.#dispatch(withoutToken(clean)) : Promise.resolve();
    return { ...admission, dispatched };
  }

  async #dispatch(event: Event): Promise<void> {
    const { kind = '', namespace = '', name = '' } = event.involvedObject;
    const log = this.#on.log.child({ eventInvolvedObject: { kind, namespace, name } });
    const listening = this.#on.alerts.indexed('source', `${kind}/${namespace}`);
    const labels = this.#labelsOnce(event);
    let count = 0;
    for (const alert of listening) {
      if (alert.spec.suspend || !(await this.#wants(alert, event, labels))) continue;
      count++;
      const which = { name: alert.metadata.name, namespace: alert.metadata.namespace };
      const its = log.child({ alert: { ...which, providerName: alert.spec.providerRef.name } });
      try {
        this.#send(event, alert, its);
      } catch (error) {
        this.#failed(alert, event, `failed to dispatch notification for`, error, its);
      }
    }
    if (count === 0) log.debug('discarding event, no alerts found for the involved object');
    else log.info({ message: event.message }, 'dispatching event');
  }

  async #wants(alert: Alert, event: Event, labels: Labels): Promise<boolean> {
    const sources = sourcesNaming(alert, event);
    let named = false;
    for (const { matchLabels } of sources) {
      named = matchLabels === undefined || (await this.#hasLabels(alert, event, matchLabels, labels));
      if (named) break;
    }
    return named && letsThrough(alert, event.message, about => this.#on.tell(alert, about));
  }

  async #hasLabels(
    alert: Alert,
    event: Event,
    wanted: Record<string, string>,
    labels: Labels,
  ): Promise<boolean> {
    try {
      const found = await labels();
      return Object.entries(wanted).every(([key, value]) => found[key] === value);
    } catch (error) {
      this.#on.log.error({ error }, 'error getting the involved object');
      const message = `error getting source object ${nameOf(event)}`;
      this.#on.tell(alert, { reason: 'SourceFetchFailed', message });
      return false;
    }
  }

  /** The labels of the object that the event is about, asked for once. */
  #labelsOnce({ involvedObject }: Event): Labels {
    let asked: Promise<Record<string, string>> | undefined;
    return () => {
      asked ??= this.#labelsOf(involvedObject);
      return asked;
    };
  }

  async #labelsOf({ apiVersion = '', kind = '', namespace = '', name = '' }: Event['involvedObject']) {
    const ref = { apiVersion, kind, namespace, name };
    const { metadata } = await this.#on.client.get(ref, {
      as: 'own',
      signal: AbortSignal.timeout(usualTimeout),
    });
    return metadata.labels ?? {};
  }

  #send(event: Event, alert: Alert, log: Logger): void {
    const { namespace = '' } = alert.metadata;
    if (!this.#on.crossNamespaceRefs && event.involvedObject.namespace !== namespace)
      throw new Error(
        `discarding event, access denied to cross-namespace sources: alert '${keyOf(alert.metadata)}' can't process event from '${nameOf(event)}', cross-namespace references have been blocked`,
      );
    const key = keyOf({ namespace, name: alert.spec.providerRef.name });
    const provider = this.#on.providers.get(key);
    if (!provider)
      throw new Error(
        `failed to read provider: providers.notification.toolkit.fluxcd.io "${alert.spec.providerRef.name}" not found`,
      );
    if (provider.spec.suspend) return;
    const wanted = isFor(provider, event);
    if (typeof wanted === 'string') log.info(`event dropped: ${wanted}`);
    if (wanted !== true) return;
    const combined = combineMetadata(event, alert);
    if (Object.keys(combined.conflicts).length > 0)
      this.#on.tell(alert, {
        reason: 'MetadataAppendFailed',
        message:
          'metadata key conflicts detected (please refer to the Alert API docs and Flux RFC 0008 for more information)',
        annotations: combined.conflicts,
      });
    const dispatch = { event: combined.event, alert, provider };
    const taken = this.#on.lanes.add(key, nameOf(event), signal => this.#post(dispatch, signal, log));
    if (!taken) throw new Error(`too many notifications wait for provider '${provider.metadata.name}'`);
  }

  async #post(dispatch: Dispatch, stopped: AbortSignal, log: Logger): Promise<void> {
    const { event, alert } = dispatch;
    const sent = this.#notify(dispatch, stopped);
    this.#on.follow?.(dispatch, sent);
    try {
      await sent;
    } catch (error) {
      if (stopped.aborted) return;
      const step = error instanceof Unprepared ? 'dispatch' : 'send';
      this.#failed(alert, event, `failed to ${step} notification for`, error, log);
    }
  }

  async #notify(dispatch: Dispatch, stopped: AbortSignal): Promise<void> {
    const { timeout: told } = dispatch.provider.spec;
    const timeout = told ? parseDuration(told) : usualTimeout;
    const notifier = await this.#notifier(dispatch);
    await notifier.post(dispatch.event, AbortSignal.any([stopped, timeoutSignal(timeout)]));
  }

  async #notifier(dispatch: Dispatch) {
    const { event, alert, provider } = dispatch;
    let step =
      'failed to create commit status: failed to evaluate the spec.commitStatusExpr CEL expression for the event';
    try {
      const status = commitStatusOf(provider, alert, event);
      step = `failed to initialize notifier for provider '${provider.metadata.name}'`;
      const destination = await destinationOf(provider, alert, status, this.#on);
      return await notifierFor(destination, this.#on.transport(dispatch));
    } catch (cause) {
      throw new Unprepared(`${step}: ${messageOf(cause)}`, { cause });
    }
  }

  #failed(alert: Alert, event: Event, what: string, error: unknown, log: Logger): void {
    log.error({ error }, 'failed to send notification');
    const message = `${what} ${nameOf(event)}: ${messageOf(error)}`;
    this.#on.tell(alert, { reason: 'NotificationDispatchFailed', message });
  }
}

/** Nothing was sent: the Provider, its Secrets or its expression are wrong. */
class Unprepared extends Error {
  override readonly name = 'Unprepared';
}

type Labels = () => Promise<Record<string, string>>;

/** `Kind/namespace/name`. */
function nameOf({ involvedObject: { kind = '', namespace = '', name = '' } }: Event): string {
  return `${kind}/${namespace}/${name}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
