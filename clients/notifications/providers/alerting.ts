import { InvalidDestination } from '../errors.ts';
import { type Event, metadataOf, secondsOf, unixOf } from '../event/event.ts';
import { goJson } from '../event/go-json.ts';
import { json, type ProviderType, webhook } from '../provider-type.ts';
import { basic } from '../sender.ts';
import { requireUrl } from '../url.ts';
import { lower, nameAndReason, objectName, titleCase } from '../words.ts';

/** When nobody said it: the zero time of Go. */
const never = '0001-01-01T00:00:00Z';

/** https://docs.opsgenie.com/docs/alert-api#create-alert */
export const opsgenie: ProviderType = {
  reach: ['tls', 'proxy'],
  notifier(destination, by) {
    const { address, token } = destination;
    const url = requireUrl(address);
    if (token === '') throw new InvalidDestination('empty Opsgenie apikey/token: the Secret needs a token');
    return webhook(destination, by, event => {
      const { kind = '', name = '' } = event.involvedObject;
      const details = new Map([...metadataOf(event), ['severity', event.severity]]);
      return {
        url,
        headers: json(`GenieKey ${token}`),
        body: goJson({ message: `${kind}/${name}`, description: event.message, details }),
      };
    });
  },
};

/** https://prometheus.io/docs/alerting/latest/clients/ */
export const alertmanager: ProviderType = {
  reach: ['tls', 'proxy'],
  notifier(destination, by) {
    const { address, token, username, password } = destination;
    const url = requireUrl(address);
    const login = username && password ? basic(`${username}:${password}`) : token && `Bearer ${token}`;
    return webhook(destination, by, event => ({ url, headers: json(login), body: goJson([alertOf(event)]) }));
  },
};

function alertOf(event: Event) {
  const { kind = '', name = '', namespace = '' } = event.involvedObject;
  const { severity, reason, reportingController, message } = event;
  const metadata = new Map(metadataOf(event));
  const summary = metadata.get('summary');
  metadata.delete('summary');
  const own = {
    alertname: `Flux${kind}${titleCase(reason)}`,
    severity,
    reason,
    kind,
    name,
    namespace,
    reportingcontroller: reportingController,
  };
  return {
    status: 'firing',
    labels: new Map([...metadata, ...Object.entries(own)]),
    annotations: { message, summary },
    startsAt: secondsOf(event) ?? never,
    endsAt: never,
  };
}

/** https://grafana.com/docs/grafana/latest/developers/http_api/annotations/#create-annotation-in-graphite-format */
export const grafana: ProviderType = {
  reach: ['tls', 'proxy'],
  notifier(destination, by) {
    const { address, token, username, password } = destination;
    const url = requireUrl(address);
    const login = token ? `Bearer ${token}` : username && password && basic(`${username}:${password}`);
    return webhook(destination, by, event => {
      const { kind = '', name = '', namespace = '' } = event.involvedObject;
      const plain = (text: string) => text.replaceAll(':', '|');
      const tags = [
        'flux',
        event.reportingController,
        ...metadataOf(event).map(([key, value]) => `${plain(key)}: ${plain(value)}`),
        `kind: ${kind}`,
        `name: ${name}`,
        `namespace: ${namespace}`,
      ];
      return {
        url,
        headers: json(login),
        body: goJson({ when: unixOf(event), text: objectName(event), tags }),
      };
    });
  },
};

/** https://docs.datadoghq.com/api/latest/events/#post-an-event-v1 */
export const datadog: ProviderType = {
  reach: ['tls', 'proxy'],
  notifier(destination, by) {
    const { address, token } = destination;
    const { origin } = requireUrl(address);
    if (token === '') throw new InvalidDestination('token cannot be empty: the Secret needs one');
    const url = new URL('/api/v1/events', origin);
    return webhook(destination, by, event => ({
      url,
      headers: { ...json(), accept: 'application/json', 'dd-api-key': token },
      body: `${goJson({
        alert_type: event.severity === 'error' ? 'error' : 'info',
        date_happened: unixOf(event),
        source_type_name: 'fluxcd',
        tags: datadogTags(event),
        text: event.message,
        title: datadogTitle(event),
      })}\n`,
    }));
  },
};

function datadogTitle({ involvedObject: { kind = '', name = '', namespace = '' } }: Event): string {
  return `Events from the ${kind} ${name}/${namespace}`;
}

/** https://docs.datadoghq.com/getting_started/tagging/: tags are in lower case. */
function datadogTags(event: Event): string[] {
  const { kind = '', name = '', namespace = '' } = event.involvedObject;
  const tags = [
    ['flux_reporting_controller', event.reportingController],
    ['flux_reason', event.reason],
    ['kube_kind', kind],
    ['kube_name', name],
    ['kube_namespace', namespace],
    ...metadataOf(event),
  ];
  return tags.map(([key, value]) => lower(`${key}:${value}`));
}

/** https://developer.pagerduty.com/docs/events-api-v2-overview: an error opens an incident, what comes after closes it. */
export const pagerduty: ProviderType = {
  reach: ['tls', 'proxy'],
  notifier(destination, by) {
    const { address, channel } = destination;
    const { origin } = requireUrl(address);
    const incident = webhook(destination, by, event => ({
      url: new URL('/v2/enqueue', origin),
      headers: json(),
      body: goJson(incidentOf(event, channel)),
    }));
    const change = webhook(destination, by, event => ({
      url: new URL('/v2/change/enqueue', origin),
      headers: json(),
      body: goJson({ routing_key: channel, payload: changeOf(event) }),
    }));
    return {
      async post(event, signal) {
        if (event.reason === 'Progressing') return;
        await incident.post(event, signal);
        if (event.severity === 'info') await change.post(event, signal);
      },
    };
  },
};

function incidentOf(event: Event, channel: string) {
  const { uid, name, kind } = event.involvedObject;
  const failed = event.severity === 'error';
  const { summary, source, timestamp, custom_details } = changeOf(event);
  const payload = {
    summary,
    source,
    severity: 'error',
    timestamp,
    component: name || undefined,
    group: kind || undefined,
    custom_details,
  };
  return {
    routing_key: channel,
    event_action: failed ? 'trigger' : 'resolve',
    dedup_key: uid || undefined,
    payload: failed ? payload : undefined,
  };
}

function changeOf(event: Event) {
  const { name, reason } = nameAndReason(event);
  const metadata = event.metadata ? new Map(metadataOf(event)) : null;
  return {
    summary: `${reason}: ${name}`,
    source: `Flux ${event.reportingController}`,
    timestamp: secondsOf(event) ?? never,
    custom_details: { message: event.message, metadata },
  };
}
