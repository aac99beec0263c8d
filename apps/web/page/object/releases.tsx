import './releases.css';
import { useState } from 'preact/hooks';
import type { Comparison } from '../../model/comparison.ts';
import type { ReleaseEntry, Releases } from '../../model/releases.ts';
import type { Row } from '../../model/row.ts';
import { now } from '../store.ts';
import { ago, exactly, shortRevision } from '../words.ts';
import { ComparisonView } from './comparison-view.tsx';
import { query } from './named.ts';
import { useAnswer } from './use-answer.ts';

/** What has been released, and what two releases differ in. */
export function ReleaseList({ row }: { row: Row }) {
  const { value, problem } = useAnswer<Releases>(`/api/releases?${query()}`, row);
  const [between, setBetween] = useState<[before: number, after: number]>();
  if (problem) return <p class="trouble">{problem}</p>;
  if (!value) return <p class="nothing">Reading the releases of {row.name} …</p>;
  const { releases, problem: lost } = value;
  return (
    <section>
      {lost && <p class="pending">{lost}</p>}
      {releases.length === 0 && <p class="nothing">Nothing has been released yet.</p>}
      <ol class="timeline releases">
        {releases.map((release, i) => (
          <Entry
            key={release.version}
            release={release}
            before={releases[i + 1]}
            isOpen={between?.[1] === release.version}
            compare={(before, after) => setBetween(between?.[1] === after ? undefined : [before, after])}
          />
        ))}
      </ol>
      {between && <Between before={between[0]} after={between[1]} />}
    </section>
  );
}

interface EntryProps {
  release: ReleaseEntry;
  /** The one before it. */
  before: ReleaseEntry | undefined;
  isOpen: boolean;
  compare(before: number, after: number): void;
}

function Entry({ release, before, isOpen, compare }: EntryProps) {
  const { version, status, chart, chartVersion, appVersion, at, description, configDigest } = release;
  return (
    <li class={status === 'failed' ? 'warning' : ''}>
      <strong>v{version}</strong> <span>{status}</span>{' '}
      <time dateTime={at} title={exactly(at)}>
        {ago(at, now.value)} ago
      </time>
      <p>
        {chart} {chartVersion}
        {appVersion && ` · app ${appVersion}`}
        {configDigest && (
          <>
            {' · values '}
            <code title={configDigest}>{shortRevision(configDigest)}</code>
          </>
        )}
      </p>
      {description && <p>{description}</p>}
      {before && release.isStored && before.isStored && (
        <button type="button" aria-pressed={isOpen} onClick={() => compare(before.version, version)}>
          What has changed since v{before.version}
        </button>
      )}
    </li>
  );
}

function Between({ before, after }: { before: number; after: number }) {
  const { value, problem } = useAnswer<Comparison>(
    `/api/releases/compare?${query({ before: String(before), after: String(after) })}`,
  );
  return (
    <>
      <h2>
        From v{before} to v{after}
      </h2>
      {problem && <p class="trouble">{problem}</p>}
      {value && <ComparisonView key={`${before} ${after}`} comparison={value} />}
    </>
  );
}
