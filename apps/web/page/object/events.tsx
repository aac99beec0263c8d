import type { Look } from '../../model/look.ts';
import { now } from '../store.ts';
import { ago, exactly } from '../words.ts';

export function Events({ events }: Pick<Look, 'events'>) {
  if (events.length === 0)
    return <p class="nothing">Nothing has happened to it lately: clusters keep events for an hour.</p>;
  return (
    <section>
      <h2 class="unseen">Events</h2>
      <ol class="timeline">
        {events.map(({ type, reason, message, at, count }) => (
          <li key={`${at} ${reason} ${message}`} class={type === 'Warning' ? 'warning' : ''}>
            <strong>{reason}</strong> {count > 1 && <span>{count} times</span>}{' '}
            <time dateTime={at} title={exactly(at)}>
              {ago(at, now.value)}
            </time>
            <p>{message}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}
