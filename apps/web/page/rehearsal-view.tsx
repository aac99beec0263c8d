import { useEffect, useState } from 'preact/hooks';
import { failures, failuresOf, type Rehearsed, type Target } from '../model/rehearsal.ts';
import { ask, post } from './ask.ts';
import { FleetList } from './fleet-view.tsx';
import { tell } from './store.ts';

const labelOf = (name: string) => failures.find(one => one.name === name)?.label ?? name;

/** Let something fail, and watch what the fleet does. */
export function RehearsalView() {
  const [found, setFound] = useState<Rehearsed>();
  const [problem, setProblem] = useState('');
  const look = () =>
    ask<Rehearsed>('/api/rehearsal')
      .then(setFound)
      .catch((error: Error) => setProblem(error.message));
  useEffect(() => {
    look();
  }, []);
  const act = (body: object) =>
    post<{ said: string }>('/api/rehearsal', body)
      .then(({ said }) => tell(said))
      .catch((error: Error) => tell(error.message, true))
      .then(look);
  return (
    <section class="fleet rehearsal">
      <div class="page">
        <h1>Rehearsal</h1>
        <p class="lead">Let something fail in this cluster, and watch below what the fleet does.</p>
        {problem && <p class="banner">{problem}</p>}
        {found && <Begin targets={found.targets} begin={begin => act({ begin })} />}
        {found && <UnderWay found={found} act={act} />}
      </div>
      <FleetList />
    </section>
  );
}

function Begin({ targets, begin }: { targets: Target[]; begin(what: object): void }) {
  const [at, setAt] = useState(0);
  const target = targets[at];
  const choices = failuresOf(target?.kind ?? '');
  const [failure, setFailure] = useState<string>(failures[0].name);
  if (!target) return <p>There is no workload yet that could fail.</p>;
  const chosen = choices.find(({ name }) => name === failure) ?? choices[0]!;
  return (
    <form
      class="begin"
      onSubmit={event => {
        event.preventDefault();
        begin({ ...target, failure: chosen.name });
      }}
    >
      <label>
        What fails{' '}
        <select value={String(at)} onChange={event => setAt(Number(event.currentTarget.value))}>
          {targets.map(({ kind, namespace, name }, index) => (
            <option key={`${kind}/${namespace}/${name}`} value={String(index)}>
              {kind} {namespace}/{name}
            </option>
          ))}
        </select>
      </label>
      <label>
        How{' '}
        <select value={chosen.name} onChange={event => setFailure(event.currentTarget.value)}>
          {choices.map(({ name, label }) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="primary">
        Let it fail
      </button>
    </form>
  );
}

function UnderWay({ found: { rules, outages }, act }: { found: Rehearsed; act(body: object): void }) {
  return (
    <ul class="under-way">
      {rules.map(({ id, kind, namespace, name, failure }) => (
        <li key={id}>
          <strong>
            {kind} {namespace}/{name}
          </strong>
          <span>{labelOf(failure)}</span>
          <button
            type="button"
            aria-label={`Let it recover: ${kind} ${namespace}/${name}`}
            onClick={() => act({ end: id })}
          >
            Let it recover
          </button>
        </li>
      ))}
      {outages.map(({ name, label, isAway }) => (
        <li key={name}>
          <strong>{label}</strong>
          <span>{isAway ? 'cannot be reached' : 'answers'}</span>
          <button
            type="button"
            aria-label={`${isAway ? 'Let it come back' : 'Let it vanish'}: ${label}`}
            onClick={() => act({ outage: name, away: !isAway })}
          >
            {isAway ? 'Let it come back' : 'Let it vanish'}
          </button>
        </li>
      ))}
    </ul>
  );
}
