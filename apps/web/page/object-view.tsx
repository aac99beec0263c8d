import { useEffect, useState } from 'preact/hooks';
import type { Applied, Look } from '../model/look.ts';
import type { Row } from '../model/row.ts';
import { Actions } from './actions.tsx';
import { ask } from './ask.ts';
import { Link } from './link.tsx';
import { StateIcon } from './state-icon.tsx';
import { now, type ObjectName, rows } from './store.ts';
import { ago, exactly, shortRevision, stateWords } from './words.ts';

/** One object, and what has to do with it. It is asked for anew whenever the stream tells that it has changed. */
export function ObjectView({ kind, namespace, name }: ObjectName) {
  const key = `${kind}/${namespace}/${name}`;
  const live = rows.value.get(key);
  const [look, setLook] = useState<Look>();
  const [problem, setProblem] = useState('');
  useEffect(() => {
    const leaving = new AbortController();
    ask<Look>(`/api/object?${new URLSearchParams({ kind, namespace, name })}`, { signal: leaving.signal })
      .then(found => {
        setLook(found);
        setProblem('');
      })
      .catch((error: Error) => leaving.signal.aborted || setProblem(error.message));
    return () => leaving.abort();
  }, [live, kind, namespace, name]);
  const row = live ?? look?.row;
  return (
    <article class="object">
      <Link to={undefined}>← Fleet</Link>
      <h1>
        {row && <StateIcon state={row.state} />} {name}{' '}
        <small>
          {kind} · {namespace}
        </small>
      </h1>
      {problem && <p class="banner">{problem}</p>}
      {row && <Summary row={row} />}
      {row && <Actions row={row} />}
      {look && (
        <>
          <Conditions conditions={look.conditions} />
          <AppliedList applied={look.applied} />
          <History history={look.history} />
          <Events events={look.events} />
          <details>
            <summary>YAML</summary>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
            <pre tabIndex={0}>{look.yaml}</pre>
          </details>
        </>
      )}
    </article>
  );
}

/** Another object of the fleet, with how it is. */
function Other({ of: key }: { of: string }) {
  const [kind = '', namespace = '', name = ''] = key.split('/');
  const row = rows.value.get(key);
  return (
    <Link to={{ kind, namespace, name }}>
      <StateIcon state={row?.state ?? 'unknown'} /> {kind} {namespace}/{name}
    </Link>
  );
}

function Summary({ row }: { row: Row }) {
  return (
    <dl class="summary">
      <dt>State</dt>
      <dd>
        {stateWords[row.state]}{' '}
        <time dateTime={row.since} title={exactly(row.since)}>
          for {ago(row.since, now.value)}
        </time>
        {row.message && <p>{row.message}</p>}
      </dd>
      {row.revision && (
        <>
          <dt>Revision</dt>
          <dd>
            <code title={row.revision}>{shortRevision(row.revision)}</code>
          </dd>
        </>
      )}
      {row.source && (
        <>
          <dt>Source</dt>
          <dd>
            <Other of={row.source} />
          </dd>
        </>
      )}
      {row.owner && (
        <>
          <dt>Applied by</dt>
          <dd>
            <Other of={row.owner} />
          </dd>
        </>
      )}
      {row.dependsOn && (
        <>
          <dt>Depends on</dt>
          <dd>
            {row.dependsOn.map(one => (
              <Other key={one} of={one} />
            ))}
          </dd>
        </>
      )}
    </dl>
  );
}

function Conditions({ conditions }: Pick<Look, 'conditions'>) {
  if (conditions.length === 0) return null;
  return (
    <section>
      <h2>Conditions</h2>
      <ol class="timeline">
        {conditions.map(({ type, status, reason, message, since }) => (
          <li key={type}>
            <strong>
              {type}: {status}
            </strong>{' '}
            <span>{reason}</span>{' '}
            <time dateTime={since} title={exactly(since)}>
              {ago(since, now.value)}
            </time>
            <p>{message}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}

const healthStates = {
  Current: 'ready',
  InProgress: 'progressing',
  Failed: 'failing',
  NotFound: 'failing',
  Terminating: 'waiting',
  Unknown: 'unknown',
} as const;

function AppliedList({ applied }: { applied: Applied[] }) {
  if (applied.length === 0) return null;
  return (
    <section>
      <h2>
        Applied <b>{applied.length}</b>
      </h2>
      <ul class="applied">
        {applied.map(one => {
          const { kind, namespace, name, health, message } = one;
          const words = `${kind} ${namespace ? `${namespace}/` : ''}${name}`;
          return (
            <li key={`${kind}/${namespace}/${name}`}>
              <StateIcon state={healthStates[health]} />
              {one.key ? <Link to={{ kind, namespace, name }}>{words}</Link> : <span>{words}</span>}
              <small>{health === 'Current' ? '' : message}</small>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function History({ history }: Pick<Look, 'history'>) {
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

function Events({ events }: Pick<Look, 'events'>) {
  if (events.length === 0) return null;
  return (
    <section>
      <h2>Events</h2>
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
