import './releases.css';
import { useState } from 'preact/hooks';
import type { ManifestObject, ReleaseManifest, Releases } from '../../model/releases.ts';
import type { Row } from '../../model/row.ts';
import { query } from './named.ts';
import { useAnswer } from './use-answer.ts';

/** What the chart was rendered into, object by object. */
export function Manifest({ row }: { row: Row }) {
  const [version, setVersion] = useState('');
  const { value: list } = useAnswer<Releases>(`/api/releases?${query()}`, row);
  const { value, problem } = useAnswer<ReleaseManifest>(
    `/api/releases/manifest?${query(version ? { version } : {})}`,
    row,
  );
  const stored = (list?.releases ?? []).filter(({ isStored }) => isStored);
  return (
    <section>
      {stored.length > 1 && (
        <div class="compare">
          <label>
            Release{' '}
            <select value={version} onChange={event => setVersion(event.currentTarget.value)}>
              {stored.map((one, i) => (
                <option key={one.version} value={i === 0 ? '' : String(one.version)}>
                  v{one.version}: {one.chart} {one.chartVersion} ({one.status})
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
      {problem && <p class="trouble">{problem}</p>}
      {!value && !problem && <p class="nothing">Reading the manifest of {row.name} …</p>}
      {value && <Objects manifest={value} />}
    </section>
  );
}

function Objects({ manifest: { objects, notes, left } }: { manifest: ReleaseManifest }) {
  return (
    <>
      {objects.length === 0 && <p class="nothing">The release has no objects.</p>}
      <ul class="compared manifest">
        {objects.map((object, i) => (
          <li key={`${object.object} ${i}`}>
            <One object={object} />
          </li>
        ))}
      </ul>
      {left > 0 && (
        <p class="note">{left} more objects are too much to be shown: helm get manifest has them.</p>
      )}
      {notes.trim() && (
        <>
          <h2>Notes</h2>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
          <pre tabIndex={0}>{notes}</pre>
        </>
      )}
    </>
  );
}

function One({ object: { object, yaml, hook } }: { object: ManifestObject }) {
  const [open, setOpen] = useState(false);
  const [kind = '', ...name] = object.split('/');
  return (
    <details onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>
        <span class="what">
          <small>{kind}</small> {name.join('/')}
        </span>
        {hook && <small class="hook">{hook}</small>}
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      {open && <pre tabIndex={0}>{yaml}</pre>}
    </details>
  );
}
