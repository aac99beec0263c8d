import { go, place } from './place.ts';
import { connection, partial, total, unseen } from './store.ts';

/** Why there is nothing to see, and what to do. */
export function Nothing() {
  if (connection.value === 'connecting') return <p class="nothing">Asking the cluster …</p>;
  const { text, kind, namespace, drifted } = place.value.filter;
  if (total.value > 0 || text || kind || namespace || drifted || place.value.starred)
    return (
      <p class="nothing">
        Nothing fits these filters.{' '}
        <button type="button" onClick={showAll}>
          Show everything
        </button>
      </p>
    );
  if (partial.value || unseen.value.length > 0)
    return (
      <p class="nothing">
        There is nothing here that you may see. Who may see what, the roles of the cluster say: of a namespace
        whoever may list its Kustomizations, HelmReleases and sources sees them.
        {!partial.value && (
          <>
            {' '}
            <code>millrace web -n NAMESPACE</code> asks for one namespace only.
          </>
        )}
      </p>
    );
  return (
    <p class="nothing">
      Nothing is reconciled in this cluster yet. <code>flux create source git</code> makes a source,{' '}
      <code>flux create kustomization</code> applies it.
    </p>
  );
}

function showAll(): void {
  go({ filter: { text: '' }, starred: false }, { replace: true });
}
