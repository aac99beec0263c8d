import type { Notification } from '../model/notification.ts';
import type { ObjectName } from '../model/object-name.ts';
import { Cut, JournalView, Told, When, wordsFor } from './journal-view.tsx';
import { Named } from './object/other.tsx';
import { SeverityIcon } from './state-icon.tsx';
import { connection, offers, rows } from './store.ts';

/** What the alerts of the fleet would have sent; or where that is not caught, what they have heard. */
export function NotificationsView() {
  if (offers.value.includes('notifications')) return <Caught />;
  if (offers.value.includes('matches')) return <Heard />;
  return connection.value === 'connecting' ? null : <Off />;
}

function Off() {
  return (
    <section class="page journal">
      <h1>Notifications</h1>
      <p class="nothing">
        This page does not know what is sent. Events tell what happens, Alerts and Providers of the fleet
        where it goes.
      </p>
    </section>
  );
}

function Caught() {
  return (
    <JournalView<Notification>
      title="Notifications"
      path="/api/notifications"
      empty={
        <>
          Nothing has been sent yet. An Alert and a Provider say what is sent where: what would leave this
          machine is shown here.
        </>
      }
      entry={one => <Entry {...one} />}
    />
  );
}

function Heard() {
  const alerts = [...rows.value.values()].filter(({ kind }) => kind === 'Alert');
  return (
    <JournalView<Notification>
      title="Notifications"
      path="/api/notifications"
      empty={
        alerts.length === 0
          ? 'There is no Alert that you may see. An Alert and a Provider say what is sent where.'
          : 'No event that the cluster still has is for an Alert that you may see.'
      }
      entry={one => <Entry {...one} />}
    >
      <p class="lead">
        Events of the last hour, and the Alerts that are to send them on. That something has arrived nobody
        keeps; what could not be sent is told.
      </p>
    </JournalView>
  );
}

function Entry({ time, alert, provider, type, event = {}, requests = [], problem, isCut }: Notification) {
  const failed = event.severity === 'error' || problem !== undefined;
  return (
    <details>
      <summary>
        <SeverityIcon isTrouble={failed} />
        <span>{wordsFor(event.involvedObject ?? {})}</span>
        <span class="message">{event.message?.split('\n', 1)[0]}</span>
        <small>
          {type && `${type}, `}for {alert}
        </small>
        <When at={time} />
      </summary>
      {problem && <p class="trouble">It could not be sent: {problem}</p>}
      <p>
        <Told of={event.involvedObject ?? {}} /> for <Named object={nameOfAlert(alert)} />
      </p>
      {event.message !== problem && <p>{event.message}</p>}
      <p>
        <small>
          {event.reason}
          {provider && `, by the Provider ${provider}`}
        </small>
      </p>
      {requests.map(({ method, host, body }) => (
        <figure key={`${method} ${host} ${body}`}>
          <figcaption>
            {method} {host}
          </figcaption>
          <pre>{readable(body)}</pre>
        </figure>
      ))}
      {isCut && <Cut file="notifications.jsonl, in the folder of `up`," />}
    </details>
  );
}

function nameOfAlert(alert: string): ObjectName {
  const [namespace = '', name = ''] = alert.split('/');
  return { kind: 'Alert', namespace, name };
}

function readable(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
