import { useEffect, useRef, useState } from 'preact/hooks';
import type { Look } from '../../model/look.ts';
import { isOurs, type ObjectName, plainKind } from '../../model/object-name.ts';
import { ask } from '../ask.ts';
import { useInSight } from '../in-sight.ts';
import { Link } from '../link.tsx';
import { me } from '../me.ts';
import { addressAfter, go, place } from '../place.ts';
import { StarButton } from '../star.tsx';
import { StateIcon } from '../state-icon.tsx';
import { returns, rows } from '../store.ts';
import { useChanges } from '../use-changes.ts';
import { useRepeated } from '../use-repeated.ts';
import { Actions } from './actions.tsx';
import { type Tab, tabs } from './tabs.tsx';

/** One object, and what has to do with it. It is asked for anew whenever it is told that something has changed. */
export function ObjectView({ kind, namespace, name }: ObjectName) {
  const [look, setLook] = useState<Look>();
  // An address may name our own kinds with their group, as kubectl does.
  const key = look?.row.key ?? `${kind}/${namespace}/${name}`;
  const live = rows.value.get(key);
  const { versions, still } = useChanges([key]);
  const version = versions.get(key);
  const [problem, setProblem] = useState('');
  const asked = `/api/object?${new URLSearchParams({ kind, namespace, name })}`;
  const read = (signal: AbortSignal) =>
    ask<Look>(asked, { signal })
      .then(found => {
        if (signal.aborted) return;
        setLook(found);
        setProblem('');
      })
      .catch((error: Error) => signal.aborted || setProblem(error.message));
  useRepeated(read, asked, [live, version, returns.value]);
  const row = live ?? look?.row;
  const heading = useRef<HTMLHeadingElement>(null);
  // What was followed is gone with its view: whoever hears the page goes on here.
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <article class="object">
      <Link to={undefined}>← Fleet</Link>
      <div class="title">
        <h1 ref={heading} tabIndex={-1}>
          {row && <StateIcon state={row.state} />} {name}{' '}
          <small>
            {plainKind(kind)}
            {namespace && ` · ${namespace}`}
          </small>
        </h1>
        {live && <StarButton of={live.key} />}
      </div>
      {problem && <Problem why={problem} />}
      {still && still !== problem && <p class="banner">Changes are not shown as they happen: {still}</p>}
      {row && isOurs(row) && me.value?.readOnly === false && <Actions row={row} />}
      {look && row ? (
        <Parts look={{ ...look, row }} />
      ) : (
        !problem && <p class="nothing">Asking the cluster …</p>
      )}
    </article>
  );
}

function Problem({ why }: { why: string }) {
  return (
    <>
      <p class="trouble" role="alert">
        {why}
      </p>
      {/ is forbidden: /.test(why) && (
        <p>The roles of the cluster do not let you see this. Whoever gives them can let you.</p>
      )}
      {/not found$/.test(why) && (
        <p>
          It may have been deleted, or never made. The search finds what there is, by any part of its name.
        </p>
      )}
    </>
  );
}

function Parts({ look }: { look: Look }) {
  const there = tabs.filter(({ fits }) => fits?.(look) ?? true);
  const open = there.find(({ name }) => name === place.value.tab) ?? there[0]!;
  return (
    <>
      <nav class="tabs" aria-label="Parts">
        {there.map(tab => (
          <TabLink key={tab.name} tab={tab} look={look} isOpen={tab === open} />
        ))}
      </nav>
      {open.view(look)}
    </>
  );
}

function TabLink({ tab: { name, label, count }, look, isOpen }: { tab: Tab; look: Look; isOpen: boolean }) {
  const tab = name === tabs[0]!.name ? undefined : name;
  const link = useInSight(isOpen);
  return (
    <a
      ref={link}
      href={addressAfter({ tab })}
      aria-current={isOpen ? 'page' : undefined}
      onClick={event => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go({ tab });
      }}
    >
      {label} {count && <b>{count(look)}</b>}
    </a>
  );
}
