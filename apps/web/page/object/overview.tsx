import { Fragment } from 'preact';
import type { Look } from '../../model/look.ts';
import { inWords } from '../../model/object-name.ts';
import { hasDrifted } from '../../model/row.ts';
import { now } from '../store.ts';
import { ago, exactly, stateWords } from '../words.ts';
import { Named, Other } from './other.tsx';
import { Revision } from './revision.tsx';

export function Summary({ row, facts, owners }: Pick<Look, 'row' | 'facts' | 'owners'>) {
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
            <Revision of={row} revision={row.revision} />
          </dd>
        </>
      )}
      {row.drift && hasDrifted(row, now.value) && (
        <>
          <dt>Drifted</dt>
          <dd>
            put back{' '}
            <time dateTime={row.drift.at} title={exactly(row.drift.at)}>
              {ago(row.drift.at, now.value)} ago
            </time>
            <p>{row.drift.what}</p>
          </dd>
        </>
      )}
      {row.source && (
        <>
          <dt>{row.kind === 'Alert' ? 'Sends to' : 'Source'}</dt>
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
      {owners.length > 0 && (
        <>
          <dt>Belongs to</dt>
          <dd>
            {owners.map(one => (
              <Named key={inWords(one)} object={one} />
            ))}
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
      {facts.map(({ label, value }) => (
        <Fragment key={label}>
          <dt>{label}</dt>
          <dd class="fact">{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}

export function Conditions({ conditions }: Pick<Look, 'conditions'>) {
  if (conditions.length === 0) return null;
  return (
    <section>
      <h2>Conditions</h2>
      <ol class="timeline">
        {conditions.toSorted(newestFirst).map(({ type, status, reason, message, since }) => (
          <li key={type} class={isBad(type, status) ? 'warning' : ''}>
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

type Condition = Look['conditions'][number];

const newestFirst = (a: Condition, b: Condition) => (a.since < b.since ? 1 : a.since > b.since ? -1 : 0);

/** What is to be true and is not, and what tells of a failure (kstatus: abnormal-true). */
function isBad(type: string, status: string): boolean {
  const isFailure = /Fail(?:ed|ure)$|^Stalled$|Pressure$|Unavailable$/.test(type);
  return isFailure ? status === 'True' : status === 'False' && !neutral.has(type);
}

/** That these are not so is nothing bad. */
const neutral: ReadonlySet<string> = new Set(['Reconciling', 'Suspended', 'PodReadyToStartContainers']);
