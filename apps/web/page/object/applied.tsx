import type { Look } from '../../model/look.ts';
import { inWords } from '../../model/object-name.ts';
import { type State, states } from '../../model/row.ts';
import { Link } from '../link.tsx';
import { StateIcon } from '../state-icon.tsx';
import { howIs } from './known.ts';

export function AppliedList({ applied, left }: Pick<Look, 'applied' | 'left'>) {
  if (applied.length === 0) return null;
  return (
    <section>
      <h2 class="unseen">What it has applied</h2>
      <ul class="applied">
        {applied
          .map(one => ({ one, ...howIs(one) }))
          .sort(worstFirst)
          .map(({ one, state, message }) => (
            <li key={`${one.kind}/${one.namespace}/${one.name}`}>
              <StateIcon state={state} />
              <Link to={one}>{inWords(one)}</Link>
              <small>{state === 'ready' ? '' : message}</small>
            </li>
          ))}
      </ul>
      {left > 0 && (
        <p class="nothing">{left} more are too many to be looked at: the inventory in its YAML names them.</p>
      )}
    </section>
  );
}

/** Else as the inventory has them. */
const worstFirst = (a: { state: State }, b: { state: State }) =>
  states.indexOf(a.state) - states.indexOf(b.state);
