import { useState } from 'preact/hooks';
import type { FleetEvent } from '../model/fleet-event.ts';
import { JournalView, When } from './journal-view.tsx';
import { Other } from './object/other.tsx';
import { SeverityIcon } from './state-icon.tsx';
import { shortRevision } from './words.ts';

/** What happens in the fleet, as it happens. */
export function EventsView() {
  const [onlyWarnings, setOnly] = useState(false);
  return (
    <JournalView<FleetEvent>
      title="Events"
      path="/api/events"
      empty="Nothing has happened lately: clusters keep events for an hour."
      entry={one => <Entry {...one} />}
      fits={({ isWarning }) => isWarning || !onlyWarnings}
    >
      <label class="only">
        <input
          type="checkbox"
          checked={onlyWarnings}
          onChange={event => setOnly(event.currentTarget.checked)}
        />{' '}
        Only warnings
      </label>
    </JournalView>
  );
}

function Entry({ of, time, isWarning, reason, message, count, revision }: FleetEvent) {
  const [kind = '', namespace = '', name = ''] = of.split('/');
  return (
    <details>
      <summary>
        <SeverityIcon isTrouble={isWarning} />
        <span>
          {kind} {namespace}/{name}
        </span>
        <span class="message">{message.split('\n', 1)[0]}</span>
        <small>
          {reason}
          {count > 1 && `, ${count} times`}
        </small>
        <When at={time} />
      </summary>
      <p>
        <Other of={of} />
        {revision && (
          <>
            {' '}
            <code title={revision}>{shortRevision(revision)}</code>
          </>
        )}
      </p>
      <p>{message}</p>
    </details>
  );
}
