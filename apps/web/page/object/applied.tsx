import { healthStates } from '../../model/health-state.ts';
import type { Applied } from '../../model/look.ts';
import { inWords } from '../../model/object-name.ts';
import { states } from '../../model/row.ts';
import { Link } from '../link.tsx';
import { StateIcon } from '../state-icon.tsx';

export function AppliedList({ applied }: { applied: Applied[] }) {
  if (applied.length === 0) return null;
  return (
    <section>
      <h2>
        Applied <b>{applied.length}</b>
      </h2>
      <ul class="applied">
        {applied.toSorted(worstFirst).map(one => (
          <li key={`${one.kind}/${one.namespace}/${one.name}`}>
            <StateIcon state={healthStates[one.health]} />
            <Link to={one}>{inWords(one)}</Link>
            <small>{one.health === 'Current' ? '' : one.message}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Else as the inventory has them. */
const worstFirst = (a: Applied, b: Applied) =>
  states.indexOf(healthStates[a.health]) - states.indexOf(healthStates[b.health]);
