import { JournalView, Told, When, wordsFor } from './journal-view.tsx';
import { StateIcon } from './state-icon.tsx';

interface Notification {
  time: string;
  alert: string;
  provider: string;
  type: string;
  event?: {
    involvedObject?: { apiVersion?: string; kind?: string; namespace?: string; name?: string };
    severity?: string;
    reason?: string;
    message?: string;
  };
  requests?: { method: string; host: string; body: string }[];
  problem?: string;
}

/** What the alerts of the fleet would have sent. */
export function NotificationsView() {
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

function Entry({ time, alert, provider, type, event = {}, requests = [], problem }: Notification) {
  const failed = event.severity === 'error';
  return (
    <details>
      <summary>
        <StateIcon state={failed ? 'failing' : 'ready'} />
        <span>{wordsFor(event.involvedObject ?? {})}</span>
        <span class="message">{event.message?.split('\n', 1)[0]}</span>
        <small>
          {type}, for {alert}
        </small>
        <When at={time} />
      </summary>
      {problem && <p class="banner">It could not be sent: {problem}</p>}
      <p>
        <Told of={event.involvedObject ?? {}} />
      </p>
      <p>{event.message}</p>
      <p>
        <small>
          {event.reason}, by the Provider {provider}
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
    </details>
  );
}

function readable(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
