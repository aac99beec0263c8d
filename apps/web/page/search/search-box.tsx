import './search.css';
import { useState } from 'preact/hooks';
import type { FoundGroup, Hit } from '../../model/found.ts';
import { go, narrow, place } from '../place.ts';
import { now } from '../store.ts';
import { ago, exactly, shortRevision } from '../words.ts';
import { type Answer, useFound } from './use-found.ts';

interface Props {
  label: string;
  /** Whether there is more to be found than what the view has. */
  finds: boolean;
}

/**
 * Narrows what is shown as it is typed into, and offers what else is found: a combobox with a list (WAI-ARIA Authoring
 * Practices), whose options the arrow keys choose while the text keeps the focus.
 */
export function SearchBox({ label, finds }: Props) {
  const { text } = place.value.filter;
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const answer = useFound(finds && isOpen ? text : '');
  const hits = answer.groups.flatMap(group => group.hits);
  const isShown = isOpen && (hits.length > 0 || answer.problem !== '');
  const close = () => {
    setOpen(false);
    setAt(-1);
  };
  const choose = (hit: Hit) => {
    close();
    document.getElementById('search')?.blur();
    follow(hit);
  };
  const press = (event: KeyboardEvent) => {
    if (!isShown) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      // Beyond either end is the text itself.
      setAt(((at + 1 + by + hits.length + 1) % (hits.length + 1)) - 1);
    } else if (event.key === 'Enter' && hits[at]) choose(hits[at]);
    else if (event.key === 'Escape') {
      // The text stays, and so does the page.
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  };
  return (
    <div
      class="search"
      onFocusOut={event => event.currentTarget.contains(event.relatedTarget as Node) || close()}
    >
      <input
        id="search"
        type="search"
        // biome-ignore lint/a11y/noRedundantRoles: without a datalist it is a mere searchbox
        role="combobox"
        list={undefined}
        autocomplete="off"
        placeholder={label}
        aria-label={label}
        aria-keyshortcuts="/"
        aria-expanded={isShown}
        aria-controls="found"
        aria-autocomplete="list"
        aria-activedescendant={hits[at] ? `found-${at}` : undefined}
        value={text}
        onKeyDown={press}
        onFocus={() => setOpen(true)}
        onInput={event => {
          setOpen(true);
          setAt(-1);
          if (place.value.object) go({ object: undefined });
          narrow({ text: event.currentTarget.value });
        }}
      />
      {isShown ? <Results answer={answer} at={at} choose={choose} /> : <div id="found" hidden />}
      <p class="unseen" role="status">
        {isShown && !answer.isPending && `${hits.length} found`}
      </p>
    </div>
  );
}

function follow({ to, tab, text }: Hit): void {
  const { filter } = place.value;
  if (to) go({ view: 'fleet', object: to, tab, filter: { ...filter, text: '' } });
  else go({ view: 'fleet', object: undefined, filter: { ...filter, text: text ?? '' } });
}

function Results({ answer, at, choose }: { answer: Answer; at: number; choose(hit: Hit): void }) {
  const { groups, unseen, isPending, problem } = answer;
  let first = 0;
  const placed = groups.map(group => {
    const start = first;
    first += group.hits.length;
    return { group, start };
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <div class="found" tabIndex={0}>
      <div id="found" role="listbox" aria-label="Found">
        {placed.map(({ group, start }) => (
          <Group key={group.name} group={group} start={start} at={at} choose={choose} />
        ))}
      </div>
      {isPending && <p>Looking for more …</p>}
      {problem && <p class="failing">{problem}</p>}
      {unseen.map(why => (
        <p key={why}>Not searched: {why}</p>
      ))}
    </div>
  );
}

interface GroupProps {
  group: FoundGroup;
  /** The number of its first hit among all. */
  start: number;
  at: number;
  choose(hit: Hit): void;
}

function Group({ group: { name, hits, more }, start, at, choose }: GroupProps) {
  const id = `found-${name.replaceAll(' ', '-')}`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: options of a listbox are grouped by a role
    <div role="group" aria-labelledby={id}>
      <div id={id} role="presentation" class="name">
        {name} {more && <small>the best of many: more words find less</small>}
      </div>
      {hits.map((hit, i) => (
        <Option
          key={`${hit.title} ${hit.detail}`}
          hit={hit}
          index={start + i}
          isAt={start + i === at}
          choose={choose}
        />
      ))}
    </div>
  );
}

function Option({
  hit,
  index,
  isAt,
  choose,
}: {
  hit: Hit;
  index: number;
  isAt: boolean;
  choose(hit: Hit): void;
}) {
  const { title, detail, at } = hit;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the text keeps the focus, and has the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the text keeps the focus, and names this as the active one
    <div
      id={`found-${index}`}
      role="option"
      aria-selected={isAt}
      ref={element => {
        if (isAt) element?.scrollIntoView({ block: 'nearest' });
      }}
      onMouseDown={event => event.preventDefault()}
      onClick={() => choose(hit)}
    >
      <span title={title}>{shortRevision(title)}</span>
      <small>
        {detail}
        {at && (
          <time dateTime={at} title={exactly(at)}>
            , {ago(at, now.value)} ago
          </time>
        )}
      </small>
    </div>
  );
}
