import { JournalView, Told, When, wordsFor } from './journal-view.tsx';
import { StateIcon } from './state-icon.tsx';
import { offers } from './store.ts';

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
  if (!offers.value.includes('notifications')) return <Off />;
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

function Off() {
  return (
    <section class="page journal">
      <h1>Notifications</h1>
      <p class="nothing">
        Here alerts are sent, and not kept. What they are made of stands in the events of the fleet;{' '}
        <code>millrace up</code> shows what would be sent.
      </p>
    </section>
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
