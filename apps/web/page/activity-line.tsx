import { minute, span } from '../model/activity.ts';
import { activity } from './store.ts';

/** Pixels. */
const size = { width: 180, height: 26, bar: 2 };
/** A quiet hour does not look like a busy one. */
const least = 5;

/** How much happened in the last hour, minute by minute. */
export function ActivityLine() {
  const told = activity.value;
  if (!told) return null;
  const { from, events, warnings } = told;
  const sum = (counts: number[]) => counts.reduce((all, one) => all + one, 0);
  const [all, bad] = [sum(events), sum(warnings)];
  const words = `Last hour: ${all} event${all === 1 ? '' : 's'}, ${bad} of them warning${bad === 1 ? '' : 's'}`;
  const highest = Math.max(least, ...events);
  const bars = events.flatMap((count, index) => {
    if (count === 0) return [];
    const high = Math.max(2, (count / highest) * size.height);
    const warned = (warnings[index]! / count) * high;
    const x = (index * size.width) / span;
    const time = new Date(from + index * minute).toLocaleTimeString([], {
      hour: '2-digit',
      minute: '2-digit',
    });
    return [
      <g key={index}>
        <title>
          {time}: {count} events, {warnings[index]} warnings
        </title>
        <rect x={x} y={size.height - high} width={size.bar} height={high} />
        <rect class="warned" x={x} y={size.height - warned} width={size.bar} height={warned} />
      </g>,
    ];
  });
  return (
    <svg class="activity" width={size.width} height={size.height} role="img" aria-label={words}>
      <line x1="0" x2={size.width} y1={size.height - 0.5} y2={size.height - 0.5} />
      {bars}
    </svg>
  );
}
