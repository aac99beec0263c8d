import { Link } from '../link.tsx';
import { StateIcon } from '../state-icon.tsx';
import { rows } from '../store.ts';

/** Another object of the fleet, with how it is. */
export function Other({ of: key }: { of: string }) {
  const [kind = '', namespace = '', name = ''] = key.split('/');
  const row = rows.value.get(key);
  return (
    <Link to={{ kind, namespace, name }}>
      <StateIcon state={row?.state ?? 'unknown'} /> {kind} {namespace}/{name}
    </Link>
  );
}
