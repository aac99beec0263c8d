import { kinds } from '@millrace/api';
import type { Found, FoundGroup, Hit } from '../model/found.ts';
import { inWords, type ObjectName, plainKind } from '../model/object-name.ts';
import type { Row } from '../model/row.ts';
import { type Words, wordsOf } from '../model/words.ts';
import { ActionError } from './actions.ts';
import type { Fleet, WatchKind } from './fleet.ts';
import { imageIndex } from './image-index.ts';
import { type Place, rightsOf } from './rights.ts';
import type { Viewer } from './viewer.ts';

const most = { characters: 200, hits: 8, asked: 60 };

/** A commit, as a search finds it. */
export interface Commit {
  sha: string;
  subject: string;
  author: string;
  /** RFC 3339. */
  at: string;
}

/** Commits of repositories whose subject or author has all of these words, or whose name begins so; the newest first. */
export type FindCommits = (
  urls: readonly string[],
  words: readonly string[],
  limit: number,
  signal: AbortSignal,
) => Promise<Commit[]>;

export interface SearchOptions {
  fleet: Fleet;
  watchKind: WatchKind;
  findCommits?: FindCommits | undefined;
}

/** Finds what the rows of the fleet do not tell: objects, images, former revisions, commits. */
export interface Search {
  /** Throws ActionError for no search, ApiError where the cluster cannot be asked who may see what. */
  find(viewer: Viewer, query: URLSearchParams, signal: AbortSignal): Promise<Found>;
  stop(): void;
}

export function searchIn({ fleet, watchKind, findCommits }: SearchOptions): Search {
  const images = imageIndex(watchKind);
  return {
    async find(viewer, query, signal) {
      const text = query.get('q') ?? '';
      if (text.length > most.characters) throw new ActionError('the search is too long');
      const words = wordsOf(text);
      if (words.all.length === 0) throw new ActionError('say what to look for (q)');
      await Promise.all([fleet.ready(), images.ready()]);
      const may = rightsOf(viewer, signal);
      const groups = await Promise.all([
        group('Objects', objectsIn(fleet, words), may),
        group('Images', imagesIn(images.all(), words), may),
        group('Former revisions', pastsIn(fleet, words), may),
        // Repositories are on the machine of whoever looks, or not to be had.
        viewer.as === 'own' && findCommits ? commits(findCommits, fleet, words, signal) : none,
      ]);
      return { groups: groups.filter(({ hits }) => hits.length > 0), unseen: images.unseen() };
    },
    stop: () => images.stop(),
  };
}

const none: FoundGroup = { name: '', hits: [], more: false };

interface Candidate {
  rank: number;
  hit: Hit;
  /** Whoever may list these may see it. */
  place: Place;
}

/** The best that the viewer may see. The cluster is not asked about more than a few places. */
async function group(
  name: string,
  candidates: Candidate[],
  may: (place: Place) => Promise<boolean>,
): Promise<FoundGroup> {
  candidates.sort(
    (a, b) => a.rank - b.rank || (a.hit.title < b.hit.title ? -1 : a.hit.title > b.hit.title ? 1 : 0),
  );
  const hits: Hit[] = [];
  const refused = new Set<string>();
  for (const { hit, place } of candidates) {
    const key = JSON.stringify(place);
    if (refused.has(key)) continue;
    if (hits.length === most.hits) return { name, hits, more: true };
    if (await may(place)) hits.push(hit);
    else refused.add(key);
    if (refused.size > most.asked) return { name, hits, more: true };
  }
  return { name, hits, more: false };
}

function nameOfKey(key: string): ObjectName {
  const [kind = '', namespace = '', ...rest] = key.split('/');
  return { kind, namespace, name: rest.join('/') };
}

/** Who may list the kind of a row in its namespace sees what stands in it. */
function placeOf({ kind: name, namespace }: Row): Place {
  const kind = kinds.find(one => one.kind === name);
  return { group: kind?.group ?? '', resource: kind?.plural ?? '', namespace };
}

function objectsIn(fleet: Fleet, words: Words): Candidate[] {
  const found: Candidate[] = [];
  for (const [row, { inventory }] of fleet.traces())
    for (const key of inventory) {
      const to = nameOfKey(key);
      const title = inWords(to);
      if (!words.in(title)) continue;
      const hit = { title, detail: `of ${inWords(row)}`, to };
      found.push({ rank: words.rank(to.name), hit, place: placeOf(row) });
    }
  return found;
}

function imagesIn(
  all: Iterable<{ key: string; images: readonly string[]; place: Place }>,
  words: Words,
): Candidate[] {
  const found: Candidate[] = [];
  for (const { key, images, place } of all)
    for (const image of new Set(images)) {
      if (!words.in(image)) continue;
      const to = nameOfKey(key);
      found.push({
        rank: words.rank(image),
        hit: { title: image, detail: `in ${inWords(to)}`, to, tab: 'pods' },
        place,
      });
    }
  return found;
}

function pastsIn(fleet: Fleet, words: Words): Candidate[] {
  const found: Candidate[] = [];
  for (const [row, { past }] of fleet.traces())
    for (const { what, at, status } of past) {
      if (what === row.revision || !words.in(what)) continue;
      const to = { kind: row.kind, namespace: row.namespace, name: row.name };
      const detail = `${plainKind(row.kind)} ${row.namespace}/${row.name}: ${status}`;
      found.push({
        rank: words.rank(what),
        hit: { title: what, detail, at, to, tab: 'history' },
        place: placeOf(row),
      });
    }
  return found;
}

async function commits(
  find: FindCommits,
  fleet: Fleet,
  words: Words,
  signal: AbortSignal,
): Promise<FoundGroup> {
  const urls = new Set<string>();
  for (const [, { url }] of fleet.traces()) if (url !== '') urls.add(url);
  const found = await find([...urls], words.all, most.hits + 1, signal);
  const hits = found.slice(0, most.hits).map(({ sha, subject, author, at }) => ({
    title: subject,
    detail: `${sha.slice(0, 8)} by ${author}`,
    at,
    text: sha.slice(0, 12),
  }));
  return { name: 'Commits', hits, more: found.length > most.hits };
}
