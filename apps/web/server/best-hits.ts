import { setImmediate } from 'node:timers/promises';
import type { FoundGroup, Hit } from '../model/found.ts';
import { isSeen, type Sight, type Sights } from './namespace-rules.ts';
import type { Place } from './rights.ts';

/** Something that fits a search. */
export interface Candidate {
  /** The lower, the better. */
  rank: number;
  /** What it is told by; of two with the same title one is told. */
  title: string;
  /** Whoever may list what is there, or see what is of that name there, may see it. */
  place: Place;
  name: string;
  hit(): Hit;
}

/** Hits of a group; of one place that are kept; places that the cluster is asked about. */
const most = { hits: 8, kept: 24, places: 200, atOnce: 8 };
/** What is looked through without a break: others are served in between. */
const portion = 2000;

/**
 * The best of what fits, as far as the viewer may see it.
 *
 * @param all begins to tell everything; undefined for what does not fit
 */
export async function bestHits(
  name: string,
  all: () => Iterable<Candidate | undefined>,
  sights: Sights,
  signal: AbortSignal,
): Promise<FoundGroup> {
  const hits = new Hits();
  const inOrder = (await bestByPlace(all, signal)).sort((a, b) => better(a.best[0]!, b.best[0]!));
  /** Of which only some may be seen, which may not be among the best. */
  const named: Kept[] = [];
  for (let i = 0; i < Math.min(inOrder.length, most.places); i += most.atOnce) {
    const some = inOrder.slice(i, i + most.atOnce);
    const asked = await Promise.all(some.map(({ best: [first] }) => sights.of(first!.place)));
    for (const [j, kept] of some.entries()) {
      const sight = asked[j]!;
      if (sight === 'all') hits.add(kept.best, kept.count);
      else if (sight !== 'none') named.push({ ...kept, sight });
    }
    // What comes after is worse than what there is.
    const next = inOrder[i + most.atOnce];
    if (next && hits.isFull && better(hits.worst, next.best[0]!) <= 0) return hits.as(name, true);
  }
  for (const { sight, key } of named) {
    const only = function* () {
      for (const one of all())
        yield one && keyOf(one.place) === key && isSeen(sight!, one.name) ? one : undefined;
    };
    for (const { best, count } of await bestByPlace(only, signal)) hits.add(best, count);
  }
  return hits.as(name, inOrder.length > most.places);
}

/** What fits in one place. */
interface Kept {
  key: string;
  /** The best first. */
  best: Candidate[];
  count: number;
  sight?: Sight;
}

async function bestByPlace(all: () => Iterable<Candidate | undefined>, signal: AbortSignal): Promise<Kept[]> {
  const places = new Map<string, Kept>();
  let seen = 0;
  for (const candidate of all()) {
    // Whoever types on is not waited for.
    if (++seen % portion === 0) await setImmediate(undefined, { signal });
    if (candidate) keep(places, candidate);
  }
  return [...places.values()];
}

const keyOf = ({ group, resource, namespace }: Place) => `${group}/${resource}/${namespace}`;

/** The best that were found so far, and how many there were. */
class Hits {
  #best: Candidate[] = [];
  #count = 0;

  add(fit: Candidate[], count: number): void {
    const all = [...this.#best, ...fit].sort(better);
    const titles = new Set<string>();
    const single = all.filter(({ title }) => !titles.has(title) && titles.add(title));
    this.#best = single.slice(0, most.hits);
    this.#count += count - (all.length - single.length);
  }

  get isFull(): boolean {
    return this.#best.length === most.hits;
  }

  get worst(): Candidate {
    return this.#best.at(-1)!;
  }

  as(name: string, isCut: boolean): FoundGroup {
    return { name, hits: this.#best.map(one => one.hit()), more: isCut || this.#count > this.#best.length };
  }
}

function keep(places: Map<string, Kept>, candidate: Candidate): void {
  const key = keyOf(candidate.place);
  const kept = places.get(key);
  if (!kept) {
    places.set(key, { key, best: [candidate], count: 1 });
    return;
  }
  kept.count++;
  const { best } = kept;
  if (best.length === most.kept && better(best.at(-1)!, candidate) <= 0) return;
  const at = best.findIndex(one => better(candidate, one) < 0);
  best.splice(at < 0 ? best.length : at, 0, candidate);
  if (best.length > most.kept) best.pop();
}

const better = (a: Candidate, b: Candidate): number =>
  a.rank - b.rank || (a.title < b.title ? -1 : a.title > b.title ? 1 : 0);
