import './picture.css';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Graph, Node } from '../../model/graph.ts';
import { Link, Who } from '../link.tsx';
import { StateIcon } from '../state-icon.tsx';
import { stateWords } from '../words.ts';
import { box, type Layout, layouts } from './layout.ts';
import { neighbour } from './neighbour.ts';

/** More nodes than that are no picture, and take a browser long to lay out. */
export const most = 400;

/** How much larger it becomes at once, and how small and large it can be. */
const step = 1.25;
const bounded = (zoom: number) => Math.min(2, Math.max(0.2, zoom));

/** On a phone two nodes beside each other are to be seen at first. */
const firstZoom = { wide: 1, narrow: 0.65 };
const isNarrow = matchMedia('(max-width: 720px)');

interface Props {
  graph: Graph;
  /** What is below which nodes can be shown, and whether it is. */
  below: ReadonlyMap<string, boolean>;
  toggle(key: string): void;
  /** What it is the graph of: that is in sight at first. */
  focus?: string;
  /** What is in sight at first where it is the graph of no one. */
  near?: string | undefined;
}

/** What is made from what, and waits for what. */
export function Picture({ graph, below, toggle, focus, near = '' }: Props) {
  const layOut = useMemo(layouts, []);
  const layout = layOut(graph);
  const { width, height, lines } = layout;
  const view = useRef<HTMLElement>(null);
  const middle = layout.at.get(focus ?? near) ?? layout.at.get(layout.first ?? '');
  const [zoom, setZoom] = useState(() => (isNarrow.matches ? firstZoom.narrow : firstZoom.wide));
  // While it grows, and until somebody looks elsewhere.
  const isMoved = useRef(false);
  useLayoutEffect(() => {
    if (!middle || isMoved.current) return;
    const { clientWidth, clientHeight } = view.current!;
    view.current!.scrollTo(middle.x * zoom - clientWidth / 2, middle.y * zoom - clientHeight / 2);
  }, [layout, zoom]);
  const moved = () => {
    isMoved.current = true;
  };
  const fit = () => {
    const { clientWidth, clientHeight } = view.current!;
    setZoom(bounded(Math.min(1, clientWidth / width, clientHeight / height)));
  };
  const pressed: Record<string, () => void> = {
    '+': () => setZoom(bounded(zoom * step)),
    '-': () => setZoom(bounded(zoom / step)),
    '0': fit,
  };
  const press = (event: KeyboardEvent) => {
    const { key, target, ctrlKey, metaKey } = event;
    moved();
    if (ctrlKey || metaKey) return;
    pressed[key]?.();
    const from = target instanceof HTMLElement ? target.closest<HTMLElement>('[data-key]') : null;
    const to = from && neighbour(layout.at, from.dataset.key!, key);
    if (!to) return;
    event.preventDefault();
    view.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(to)}"]`)?.focus();
  };
  return (
    <section
      class="picture"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
      tabIndex={0}
      aria-label="Graph"
      ref={view}
      onPointerDown={moved}
      onWheel={moved}
      onKeyDown={press}
    >
      <div class="zoom">
        <button type="button" aria-label="Smaller" title="Smaller (-)" onClick={pressed['-']}>
          −
        </button>
        <button type="button" aria-label="Larger" title="Larger (+)" onClick={pressed['+']}>
          +
        </button>
        <button type="button" title="All of it, as far as it fits (0)" onClick={fit}>
          Fit
        </button>
      </div>
      <div class="canvas" style={{ width: `${width}px`, height: `${height}px`, zoom: String(zoom) }}>
        <svg width={width} height={height} aria-hidden="true">
          {lines.map(({ from, to, as, path }) => (
            <path key={`${from} ${to}`} class={as} d={path} />
          ))}
        </svg>
        {graph.nodes.map(node => (
          <Placed
            key={node.key}
            node={node}
            layout={layout}
            isFocus={node.key === focus}
            isOpen={below.get(node.key)}
            toggle={toggle}
          />
        ))}
      </div>
    </section>
  );
}

interface PlacedProps {
  node: Node;
  layout: Layout;
  isFocus: boolean;
  /** Undefined where nothing is below. */
  isOpen: boolean | undefined;
  toggle(key: string): void;
}

function Placed({ node, layout, isFocus, isOpen, toggle }: PlacedProps) {
  const { key, name, state, message, several } = node;
  const at = layout.at.get(key);
  if (!at) return null;
  const [left, top] = [at.x - box.width / 2, at.y - box.height / 2];
  const style = {
    transform: `translate(${left}px, ${top}px)`,
    width: `${box.width}px`,
    height: `${box.height}px`,
  };
  if (several !== undefined)
    return (
      <button
        type="button"
        class="node several"
        title={message}
        style={style}
        data-key={key}
        onClick={() => toggle(key)}
      >
        <StateIcon state={state} />
        {name}
      </button>
    );
  return (
    <>
      <Link
        class={`node ${state} ${isFocus ? 'focus' : ''}`}
        to={node}
        title={`${name}: ${message || stateWords[state]}`}
        style={style}
        data-key={key}
      >
        <StateIcon state={state} />
        <Who row={node} />
      </Link>
      {isOpen !== undefined && (
        <button
          type="button"
          class="below"
          style={{ transform: `translate(${left + box.width - 13}px, ${at.y - 13}px)` }}
          aria-expanded={isOpen}
          aria-label={`What is below ${name}`}
          onClick={() => toggle(key)}
        >
          {isOpen ? '−' : '+'}
        </button>
      )}
    </>
  );
}
