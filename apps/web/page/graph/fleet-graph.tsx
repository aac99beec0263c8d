import { computed } from '@preact/signals';
import { collapsed } from '../../model/collapsed.ts';
import { type Graph, graphOf } from '../../model/graph.ts';
import { Nothing } from '../nothing.tsx';
import { go, place } from '../place.ts';
import { rows, shown } from '../store.ts';
import { most, Picture } from './picture.tsx';
import { useBranches } from './use-branches.ts';

/** From so many nodes on, what is well is taken together. */
const many = 100;

const graph = computed((): Graph => {
  const { troubled, singly } = place.value;
  const whole = graphOf(shown.value, rows.value, troubled);
  return whole.nodes.length > many ? collapsed(whole, new Set(singly)) : whole;
});

/** What is made from what, and waits for what; a node opens to what it has applied. */
export function FleetGraph() {
  const { troubled } = place.value;
  const { nodes } = graph.value;
  return (
    <>
      <label class="only">
        <input
          type="checkbox"
          checked={troubled}
          onChange={event => go({ troubled: event.currentTarget.checked }, { replace: true })}
        />{' '}
        Only what is not ready, and what that hangs on
      </label>
      {nodes.length === 0 &&
        (troubled && shown.value.length > 0 ? <p class="nothing">Everything is ready.</p> : <Nothing />)}
      {nodes.length > most && (
        <p class="nothing">
          {nodes.length} objects are too many for a picture: search, filter, or leave out what is ready.
        </p>
      )}
      {nodes.length > 0 && nodes.length <= most && <Grown />}
    </>
  );
}

function Grown() {
  const canOpen = graph.value.nodes.map(({ key }) => key).filter(key => rows.value.get(key)?.objects);
  const branches = useBranches(graph.value, canOpen);
  return (
    <>
      <Left left={branches.graph.left} />
      <Picture {...branches} near={place.value.open?.at(-1)} />
    </>
  );
}

/** What there is no room for. */
export function Left({ left }: { left: number }) {
  return left > 0 ? <p class="only">{left} more objects are not drawn: there is no room for them.</p> : null;
}
