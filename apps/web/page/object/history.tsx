import type { Look } from '../../model/look.ts';
import { now } from '../store.ts';
import { ago, exactly, shortRevision } from '../words.ts';

export function History({ history }: Pick<Look, 'history'>) {
  if (history.length === 0) return null;
  return (
    <section>
      <h2>History</h2>
      <ol class="timeline">
        {history.map(({ what, at, status, more }) => (
          <li key={`${what} ${at}`} class={/fail/i.test(status) ? 'warning' : ''}>
            <strong title={what}>{shortRevision(what)}</strong> <span>{status}</span>{' '}
            <time dateTime={at} title={exactly(at)}>
              {ago(at, now.value)}
            </time>
            {more && <p>{more}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}
