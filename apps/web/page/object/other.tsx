import { inWords, type ObjectName } from '../../model/object-name.ts';
import { Link } from '../link.tsx';
import { StateIcon } from '../state-icon.tsx';
import { rows } from '../store.ts';

/** Another object of the fleet, by its key, with how it is. */
export function Other({ of: key }: { of: string }) {
  const [kind = '', namespace = '', name = ''] = key.split('/');
  const row = rows.value.get(key);
  return (
    <Link to={{ kind, namespace, name }}>
      <StateIcon state={row?.state ?? 'unknown'} /> {inWords({ kind, namespace, name })}
    </Link>
  );
}

/** Another object of which no more is known than its name. */
export function Named({ object }: { object: ObjectName }) {
  return <Link to={object}>{inWords(object)}</Link>;
}
