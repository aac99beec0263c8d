import type { Applied } from '../../model/look.ts';
import { Link } from '../link.tsx';
import { StateIcon } from '../state-icon.tsx';

const healthStates = {
  Current: 'ready',
  InProgress: 'progressing',
  Failed: 'failing',
  NotFound: 'failing',
  Terminating: 'waiting',
  Unknown: 'unknown',
} as const;

export function AppliedList({ applied }: { applied: Applied[] }) {
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
