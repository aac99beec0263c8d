import type { Sample } from './scrape.ts';
import { printTable } from './table.ts';

/** What one step of a benchmark has cost. */
export interface Cost extends Sample {
  what: string;
  seconds: number;
}

/** What a process has cost that has not begun. */
export const nothing: Sample = { cpu: 0, peak: 0, requests: new Map() };

/** What came between the two; the memory is the largest so far. */
export function costBetween(before: Sample, after: Sample): Sample {
  const requests = new Map<string, number>();
  for (const [kind, count] of after.requests) {
    const more = count - (before.requests.get(kind) ?? 0);
    if (more > 0) requests.set(kind, more);
  }
  return { cpu: after.cpu - before.cpu, peak: after.peak, requests };
}

export function printCosts(costs: Cost[]): void {
  printTable(['what', 'time', 'processor time', 'memory at most', 'API requests'], costs.map(cells));
}

function cells({ what, seconds, cpu, peak, requests }: Cost): string[] {
  const asked = [...requests.values()].reduce((sum, count) => sum + count, 0);
  return [
    what,
    `${seconds.toFixed(1)} s`,
    `${cpu.toFixed(1)} s`,
    `${(peak / 2 ** 20).toFixed(0)} MB`,
    String(asked),
  ];
}

/** The kinds of requests that are made for many of so many objects, and how many for each: `1.02 apply configmaps`. */
export function kindsOf({ requests }: Pick<Sample, 'requests'>, size: number): string {
  return [...requests]
    .sort((a, b) => b[1] - a[1])
    .filter(([kind, count]) => kind !== '' && count >= size / 20)
    .map(([kind, count]) => `${(count / size).toFixed(2)} ${kind}`)
    .join(', ');
}
