import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

interface Props {
  label: string;
  count: number;
  /** Which one is to be in sight; negative for none. */
  at: number;
  /** What it is, wherever it stands: who has the focus keeps it, and no click meets another one that came in its place. */
  name(index: number): string;
  item(index: number): ComponentChildren;
}

/** How many more are drawn on either side of what is in sight. */
const margin = 8;

/** A list of any length: only what is in sight is drawn. All lines have the height that the style sheet gives (--line). */
export function VirtualList({ label, count, at, name, item }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [{ top, height, line }, setView] = useState({ top: 0, height: 800, line: 48 });
  useLayoutEffect(() => {
    const element = box.current!;
    const measure = () =>
      setView({
        top: element.scrollTop,
        height: element.clientHeight,
        line: Number.parseFloat(getComputedStyle(element).getPropertyValue('--line')) || 48,
      });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, []);
  useEffect(() => {
    const element = box.current!;
    if (at < 0) return;
    if (at * line < element.scrollTop) element.scrollTop = at * line;
    const below = (at + 1) * line - element.clientHeight;
    if (below > element.scrollTop) element.scrollTop = below;
  }, [at, line]);
  const first = Math.max(0, Math.floor(top / line) - margin);
  const last = Math.min(count, Math.ceil((top + height) / line) + margin);
  const indexes = Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
  return (
    <div class="list" ref={box}>
      <ul aria-label={label} style={{ height: `${count * line}px` }}>
        {indexes.map(index => (
          <li
            key={name(index)}
            aria-setsize={count}
            aria-posinset={index + 1}
            style={{ transform: `translateY(${index * line}px)` }}
          >
            {item(index)}
          </li>
        ))}
      </ul>
    </div>
  );
}
