import './logs.css';
import type { Ref } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { LogSource } from '../../model/log.ts';
import type { Workload } from '../../model/look.ts';
import type { Row } from '../../model/row.ts';
import { isFound, LogBlock, type LogStyle } from './log-lines.tsx';
import { type LogView, useLog } from './use-log.ts';

/** What the containers of a workload say, as they say it. */
export function Logs({ of, workload }: { of: Row; workload: Workload }) {
  const containers = containersOf(workload);
  const [container, setContainer] = useState(
    () => containers.find(({ role }) => role === 'main')?.name ?? '',
  );
  const [previous, setPrevious] = useState(false);
  const [timestamps, setTimestamps] = useState(false);
  const [wrap, setWrap] = useState(true);
  const [find, setFind] = useState('');
  const [only, setOnly] = useState(false);
  const view = useLog(of, { container, previous });
  const prefixes = usePrefixes(view, of, container === '');
  const style = useMemo(
    () => ({ prefixes, timestamps, find: find.toLowerCase(), only }),
    [prefixes, timestamps, find, only],
  );
  return (
    <>
      <div class="log-bar">
        {containers.length > 1 && (
          <label>
            Container{' '}
            <select value={container} onChange={event => setContainer(event.currentTarget.value)}>
              <option value="">all</option>
              {containers.map(({ name, role }) => (
                <option key={name} value={name}>
                  {name} {role !== 'main' && `(${role})`}
                </option>
              ))}
            </select>
          </label>
        )}
        <input
          type="search"
          placeholder="Find in the log"
          aria-label="Find in the log"
          value={find}
          onInput={event => setFind(event.currentTarget.value)}
        />
        {find && <output>{found(view, style.find)}</output>}
        {find && <Toggle label="Only these" is={only} set={setOnly} />}
        <Toggle label="Timestamps" is={timestamps} set={setTimestamps} />
        <Toggle label="Wrap" is={wrap} set={setWrap} />
        <Toggle label="Before the last restart" is={previous} set={setPrevious} />
      </div>
      <Notes view={view} />
      <LogBox view={view} style={style} wrap={wrap} name={of.name} />
    </>
  );
}

function Toggle({ label, is, set }: { label: string; is: boolean; set(is: boolean): void }) {
  return (
    <label>
      <input type="checkbox" checked={is} onChange={event => set(event.currentTarget.checked)} /> {label}
    </label>
  );
}

function containersOf({ pods, images }: Workload): { name: string; role: string }[] {
  const roles = new Map(images.map(({ container }) => [container, 'main']));
  for (const { containers } of pods) for (const { name, role } of containers) roles.set(name, role);
  return [...roles].map(([name, role]) => ({ name, role }));
}

function found({ blocks }: LogView, find: string): string {
  let lines = 0;
  for (const { entries } of blocks) for (const entry of entries) if (isFound(entry, find)) lines++;
  return lines === 1 ? '1 line' : `${lines} lines`;
}

/** What tells sources apart: the part of a Pod's name that is its own, and the container where all are read. */
function usePrefixes({ sources, blocks }: LogView, { name }: Row, all: boolean): LogStyle['prefixes'] {
  const keys = new Set(sources.keys());
  for (const { entries } of blocks.slice(-1)) for (const { source } of entries) keys.add(source);
  const known = [...keys].sort().join(' ');
  return useMemo(() => {
    const list = known.split(' ').filter(Boolean);
    if (list.length < 2) return new Map();
    return new Map(
      list.map(key => {
        const [pod = '', container = ''] = key.split('/');
        const short = pod.startsWith(`${name}-`) ? pod.slice(name.length + 1) : pod;
        return [key, all ? `${short}/${container}` : short];
      }),
    );
  }, [known, name, all]);
}

/** What there is to say of sources that are not simply read. */
function Notes({ view: { sources, problem, isLost } }: { view: LogView }) {
  const notes = [...sources.values()].filter(({ state }) => state !== 'reading');
  const byWords = Map.groupBy(
    notes,
    ({ state, message }) => `${noteWords[state]}${message && `: ${message}`}`,
  );
  if (!problem && !isLost && byWords.size === 0) return null;
  return (
    <div role="status">
      <ul class="log-notes">
        {isLost && <li class="problem">The log is cut off. It is tried again, from where it was.</li>}
        {problem && <li class="problem">{problem}</li>}
        {[...byWords].slice(0, mostNotes).map(([words, those]) => (
          <li key={words} class={those[0]!.state === 'refused' ? 'problem' : ''}>
            <b>{those.length > 3 ? `${those.length} containers` : those.map(({ key }) => key).join(', ')}</b>{' '}
            {words}
          </li>
        ))}
        {byWords.size > mostNotes && <li>and {byWords.size - mostNotes} more</li>}
      </ul>
    </div>
  );
}

const mostNotes = 5;
const noteWords: Record<LogSource['state'], string> = {
  reading: '',
  waiting: 'no log yet',
  ended: 'ended',
  refused: 'not shown',
  lost: 'cut off, and tried again',
};

/** Pixels from the end within which one counts as being there. */
const nearEnd = 30;

interface BoxProps {
  view: LogView;
  style: LogStyle;
  wrap: boolean;
  name: string;
}

/** The lines. It stays at the end until somebody scrolls up, and goes on when they come back. */
function LogBox({ view, style, wrap, name }: BoxProps) {
  const { total } = view;
  const box = useRef<HTMLElement>(null);
  const [isFollowing, setFollowing] = useState(true);
  const [seen, setSeen] = useState(0);
  const toEnd = () => {
    box.current!.scrollTop = box.current!.scrollHeight;
  };
  const stop = () => {
    setFollowing(false);
    setSeen(total);
  };
  useEffect(() => {
    if (isFollowing) toEnd();
  }, [isFollowing, total, style, wrap]);
  const scrolled = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current!;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < nearEnd;
    if (isFollowing && !isAtEnd) stop();
  };
  return (
    <div class="log-box">
      <Lines view={view} style={style} wrap={wrap} name={name} box={box} scrolled={scrolled} />
      <button
        type="button"
        class="to-end"
        aria-pressed={isFollowing}
        onClick={() => (isFollowing ? stop() : setFollowing(true))}
      >
        {isFollowing ? 'Following' : total > seen ? `Follow (${total - seen} new)` : 'Follow'}
      </button>
    </div>
  );
}

function Lines({
  view,
  style,
  wrap,
  name,
  box,
  scrolled,
}: BoxProps & { box: Ref<HTMLElement>; scrolled(): void }) {
  const { blocks, total, dropped, begun } = view;
  return (
    <section
      class={`log ${wrap ? 'wrap' : ''}`}
      ref={box}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
      tabIndex={0}
      aria-label={`Log of ${name}`}
      onScroll={scrolled}
    >
      {dropped > 0 && <p class="dropped">{dropped} earlier lines are no longer kept here.</p>}
      {begun && total === 0 && <p class="dropped">Nothing has been said yet.</p>}
      {blocks.map(block => (
        <LogBlock key={block.id} block={block} style={style} />
      ))}
    </section>
  );
}
