import { groupings } from '../model/place.ts';
import { hasDrifted, type Row, states } from '../model/row.ts';
import { ActivityLine } from './activity-line.tsx';
import { BulkButton } from './bulk.tsx';
import { FleetGraph } from './graph/fleet-graph.tsx';
import { cursor } from './keys.ts';
import { Link, Who } from './link.tsx';
import { Nothing } from './nothing.tsx';
import { go, narrow, place } from './place.ts';
import { StarIcon as Star } from './star.tsx';
import { StateIcon } from './state-icon.tsx';
import { counts, drifted, favourites, known, type Line, lines, now, rows, total, unseen } from './store.ts';
import { VirtualList } from './virtual-list.tsx';
import { ago, exactly, shortRevision, stateWords } from './words.ts';

export function FleetView() {
  return (
    <section class="fleet">
      <h1 class="unseen">Fleet</h1>
      <Filters />
      <Unseen />
      {place.value.graph ? <FleetGraph /> : <FleetList />}
    </section>
  );
}

/** One reason is read at once; many are for those who ask. */
function Unseen() {
  const kinds = unseen.value;
  if (kinds.length === 0) return null;
  const reasons = kinds.map(({ kind, why }) => `${kind} (${why})`);
  if (kinds.length === 1) return <p class="banner">Not shown: {reasons}</p>;
  return (
    <details class="banner">
      <summary>Not shown: {kinds.map(({ kind }) => kind).join(', ')}</summary>
      <ul>
        {reasons.map(one => (
          <li key={one}>{one}</li>
        ))}
      </ul>
    </details>
  );
}

/** What the filters leave of the fleet. */
export function FleetList() {
  return lines.value.length === 0 ? <Nothing /> : <List />;
}

function Filters() {
  const { filter, starred } = place.value;
  return (
    <div class="filters">
      <fieldset class="chips" aria-label="By state">
        <button type="button" aria-pressed={!filter.state} onClick={() => narrow({ state: undefined })}>
          All <b>{total}</b>
        </button>
        {states.map(state => (
          <button
            type="button"
            key={state}
            class={state}
            aria-pressed={filter.state === state}
            disabled={!counts.value.get(state) && filter.state !== state}
            onClick={() => narrow({ state: filter.state === state ? undefined : state })}
          >
            <StateIcon state={state} isNamed /> {stateWords[state]} <b>{counts.value.get(state) ?? 0}</b>
          </button>
        ))}
        {(drifted.value > 0 || filter.drifted) && (
          <button
            type="button"
            aria-pressed={filter.drifted ?? false}
            title="What had drifted, and was put back, in the last hour"
            onClick={() => narrow({ drifted: !filter.drifted })}
          >
            Drifted <b>{drifted}</b>
          </button>
        )}
        {(favourites.value.size > 0 || starred) && (
          <button
            type="button"
            aria-pressed={starred}
            onClick={() => go({ starred: !starred }, { replace: true })}
          >
            <Star filled /> Favourites
          </button>
        )}
      </fieldset>
      <ActivityLine />
      <div class="choices">
        <Choice
          label="Kind"
          value={filter.kind}
          choices={known.value.kinds}
          choose={kind => narrow({ kind })}
        />
        <Choice
          label="Namespace"
          value={filter.namespace}
          choices={known.value.namespaces}
          choose={namespace => narrow({ namespace })}
        />
        {!place.value.graph && <GroupChoice />}
        <button
          type="button"
          aria-pressed={place.value.graph}
          onClick={() => go({ graph: !place.value.graph })}
        >
          Graph
        </button>
        {!place.value.graph && <BulkButton />}
      </div>
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string | undefined;
  choices: string[];
  choose(value: string | undefined): void;
}

function Choice({ label, value, choices, choose }: ChoiceProps) {
  return (
    <label>
      {label}{' '}
      <select value={value ?? ''} onChange={event => choose(event.currentTarget.value || undefined)}>
        <option value="">all</option>
        {choices.map(one => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    </label>
  );
}

function List() {
  return (
    <VirtualList
      label="Objects"
      count={lines.value.length}
      at={lines.value.findIndex(line => 'row' in line && line.row.key === cursor.value)}
      name={index => nameOf(lines.value[index]!)}
      item={index => <LineView line={lines.value[index]!} />}
    />
  );
}

const nameOf = (line: Line) => ('row' in line ? line.row.key : `heading ${line.heading}`);

function LineView({ line }: { line: Line }) {
  if (!('row' in line))
    return (
      <h2 class="heading">
        {line.heading} <b>{line.count}</b>
      </h2>
    );
  return <RowView row={line.row} />;
}

function RowView({ row }: { row: Row }) {
  const { state, message, reason, revision, since, key } = row;
  return (
    <Link
      class={`row ${state} ${cursor.value === key ? 'at' : ''}`}
      to={row}
      onGo={() => {
        cursor.value = key;
      }}
    >
      <StateIcon state={state} />
      <Who row={row} />
      <span class="said">
        <span class="message" title={message}>
          {state === 'ready' ? origin(row) : message || reason || stateWords[state]}
        </span>
        <span class="marks">
          {hasDrifted(row, now.value) && (
            <span class="mark" title={`put back ${ago(row.drift!.at, now.value)} ago: ${row.drift!.what}`}>
              drifted
            </span>
          )}
          {isBehind(row) && (
            <span class="mark" title="Its source has a newer revision, which is not applied">
              behind
            </span>
          )}
          {favourites.value.has(key) && <Star filled />}
        </span>
      </span>
      <code title={revision}>{shortRevision(revision)}</code>
      <time dateTime={since} title={exactly(since)}>
        {ago(since, now.value)}
      </time>
    </Link>
  );
}

/** Whether its source has what it has not applied, and nobody is about to. */
function isBehind({ kind, state, revision, source }: Row): boolean {
  if (kind !== 'Kustomization' || state === 'progressing' || revision === '') return false;
  const newest = rows.value.get(source ?? '')?.revision ?? '';
  return newest !== '' && newest !== revision;
}

/** What is worth saying of what is well. */
function origin({ kind, source, objects }: Row): string {
  const from = source && `${kind === 'Alert' ? 'to' : 'from'} ${source.split('/').slice(1).join('/')}`;
  return [objects === undefined ? undefined : `${objects} object${objects === 1 ? '' : 's'}`, from]
    .filter(Boolean)
    .join(' · ');
}

function GroupChoice() {
  return (
    <label>
      Group by{' '}
      <select
        value={place.value.grouping}
        onChange={event =>
          go(
            { grouping: groupings.find(one => one === event.currentTarget.value) ?? 'none' },
            { replace: true },
          )
        }
      >
        {groupings.map(one => (
          <option key={one} value={one}>
            {one === 'none' ? 'nothing' : one}
          </option>
        ))}
      </select>
    </label>
  );
}
