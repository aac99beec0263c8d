import './releases.css';
import type { Comparison } from '../../model/comparison.ts';
import type { ReleaseEntry, Releases } from '../../model/releases.ts';
import type { Row } from '../../model/row.ts';
import { go, place } from '../place.ts';
import { now } from '../store.ts';
import { ago, exactly, shortRevision } from '../words.ts';
import { ComparisonView } from './comparison-view.tsx';
import { query } from './named.ts';
import { useAnswer } from './use-answer.ts';

/** What has been released, and what two releases differ in. */
export function ReleaseList({ row }: { row: Row }) {
  const { value, problem } = useAnswer<Releases>(`/api/releases?${query()}`, row);
  const { before, after } = place.value;
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
            isOpen={after === String(release.version)}
            compare={(from, to) =>
              go(after === to ? { before: '', after: '' } : { before: from, after: to }, { replace: true })
            }
          />
        ))}
      </ol>
      {before && after && <Between before={before} after={after} />}
    </section>
  );
}

interface EntryProps {
  release: ReleaseEntry;
  /** The one before it. */
  before: ReleaseEntry | undefined;
  isOpen: boolean;
  compare(before: string, after: string): void;
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
        <button
          type="button"
          aria-pressed={isOpen}
          onClick={() => compare(String(before.version), String(version))}
        >
          What has changed since v{before.version}
        </button>
      )}
    </li>
  );
}

function Between({ before, after }: { before: string; after: string }) {
  const { value, problem } = useAnswer<Comparison>(`/api/releases/compare?${query({ before, after })}`);
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
