import { type Alert, alert, provider } from '@millrace/api';
import {
  type ControllerOptions,
  type Environment,
  eventRecorder,
  startController,
} from '@millrace/controller';
import type { Event } from '@millrace/notifications';
import type { Address, Running } from '@millrace/process';
import { component } from '../names.ts';
import { Dispatcher, type DispatcherDeps, sourcesOf } from './dispatcher.ts';
import { Inflow } from './inflow.ts';
import { keepSecrets, secretsOf } from './kept-secrets.ts';
import { Lanes } from './lanes.ts';
import { serveEvents } from './server.ts';
import { staticReconciler } from './static.ts';

export interface EventsOptions
  extends Pick<
    DispatcherDeps,
    'identities' | 'rehearses' | 'transport' | 'follow' | 'rateLimitInterval' | 'crossNamespaceRefs'
  > {
  /** Where events are taken from others. */
  address: Address | undefined;
}

/** Take the events of this process, and of others where there is an address; send what Alerts say to Providers. */
export async function startEvents(
  environment: Environment,
  settings: ControllerOptions,
  { address, ...options }: EventsOptions,
): Promise<Running> {
  // What is said of an Alert is for those who look at it: it must not come back as an event to be told.
  const { events: feed, ...own } = environment;
  const providers = await startController(staticReconciler(provider, { secret: secretsOf }), own, settings);
  const alerts = await startController(staticReconciler(alert, { source: sourcesOf }), own, settings);
  const recorder = eventRecorder(own, component);
  const secrets = keepSecrets(environment.watches, providers.objects, options.rehearses);
  const lanes = new Lanes();
  const dispatcher = new Dispatcher({
    ...options,
    client: environment.client,
    log: environment.log.child({ logger: 'event-server' }),
    alerts: alerts.objects,
    providers: providers.objects,
    secrets,
    lanes,
    tell: (object: Alert, { reason, message, annotations }) =>
      recorder.record(object, {
        severity: 'error',
        reason,
        message,
        ...(annotations ? { annotations } : {}),
      }),
  });
  const inflow = new Inflow((event: Event) => dispatcher.accept(event).dispatched, environment.log);
  const unfollow = feed?.follow(event => inflow.add(event));
  const server = address ? await serveEvents(address, dispatcher, environment) : undefined;
  return {
    async stop() {
      unfollow?.();
      await server?.close();
      await inflow.ended();
      await lanes.stop();
      secrets.stop();
      await Promise.all([alerts.stop(), providers.stop(), recorder.flush()]);
    },
  };
}
