import { kinds } from '@millrace/api';
import type { KubeClient } from '@millrace/kube';
import type { Found, FoundGroup, Hit } from '../model/found.ts';
import { inWords, type ObjectName, plainKind } from '../model/object-name.ts';
import type { Row } from '../model/row.ts';
import { type Words, wordsOf } from '../model/words.ts';
import { ActionError } from './actions.ts';
import { bestHits, type Candidate } from './best-hits.ts';
import type { Fleet, WatchKind } from './fleet.ts';
import { type Imaged, imageIndex } from './image-index.ts';
import { sightsOf } from './namespace-rules.ts';
import { type ObjectIndex, objectIndex } from './object-index.ts';
import type { Place } from './rights.ts';
import type { Viewer } from './viewer.ts';

const most = { characters: 200, hits: 8 };

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
  client: KubeClient;
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

export function searchIn({ client, fleet, watchKind, findCommits }: SearchOptions): Search {
  const images = imageIndex(watchKind);
  const objects = objectIndex(client, watchKind);
  return {
    async find(viewer, query, signal) {
      const text = query.get('q') ?? '';
      if (text.length > most.characters) throw new ActionError('the search is too long');
      const words = wordsOf(text);
      if (words.all.length === 0) throw new ActionError('say what to look for (q)');
      await Promise.all([fleet.ready(), images.ready(), objects.ready()]);
      signal.throwIfAborted();
      const sights = sightsOf(viewer);
      const groups = await Promise.all([
        bestHits('Objects', () => objectsIn(fleet, objects, words), sights, signal),
        bestHits('Images', () => imagesIn(images.all(), words), sights, signal),
        bestHits('Former revisions', () => pastsIn(fleet, words), sights, signal),
        // Repositories are on the machine of whoever looks, or not to be had.
        viewer.as === 'own' && findCommits ? commits(findCommits, fleet, words, signal) : none,
      ]);
      return {
        groups: groups.filter(({ hits }) => hits.length > 0),
        unseen: [...objects.unseen(), ...images.unseen()],
      };
    },
    stop() {
      images.stop();
      objects.stop();
    },
  };
}

const none: FoundGroup = { name: '', hits: [], more: false };

function nameOfKey(key: string): ObjectName {
  const [kind = '', namespace = '', ...rest] = key.split('/');
  return { kind, namespace, name: rest.join('/') };
}

/** Who may list the kind of a row in its namespace sees what stands in it. */
function placeOf({ kind: name, namespace }: Row): Place {
  const kind = kinds.find(one => one.kind === name);
  return { group: kind?.group ?? '', resource: kind?.plural ?? '', namespace };
}

/** What was applied, as its owner tells of it, then all else that there is. */
function* objectsIn(fleet: Fleet, objects: ObjectIndex, words: Words): Iterable<Candidate | undefined> {
  const applied = new Set<string>();
  for (const [row, { inventory }] of fleet.traces())
    for (const key of inventory) {
      const to = nameOfKey(key);
      const title = inWords(to);
      const fits = words.in(title);
      if (fits) applied.add(key);
      const hit = () => ({ title, detail: `of ${inWords(row)}`, to });
      yield fits ? { rank: words.rank(to.name), title, place: placeOf(row), name: row.name, hit } : undefined;
    }
  for (const { key, name, text, of, place } of objects.all()) {
    if (!words.inLower(text)) {
      yield undefined;
      continue;
    }
    const to = nameOfKey(key);
    const title = inWords(to);
    // Of two that fit as well, what somebody has written comes first.
    const rank = words.rank(name) + (of === '' || applied.has(key) ? 0 : 0.5);
    yield { rank, title, place, name, hit: () => ({ title, detail: of && `of ${of}`, to }) };
  }
}

function* imagesIn(all: Iterable<Imaged>, words: Words): Iterable<Candidate | undefined> {
  for (const { key, images, place } of all)
    for (const image of images) {
      if (!words.in(image)) {
        yield undefined;
        continue;
      }
      const to = nameOfKey(key);
      const detail = `in ${inWords(to)}`;
      const hit = (): Hit => ({ title: image, detail, to, tab: 'pods' });
      yield { rank: words.rank(image), title: `${image} ${detail}`, place, name: to.name, hit };
    }
}

function* pastsIn(fleet: Fleet, words: Words): Iterable<Candidate | undefined> {
  for (const [row, { past }] of fleet.traces())
    for (const { what, at, status } of past) {
      if (what === row.revision || !words.in(what)) {
        yield undefined;
        continue;
      }
      const to = { kind: row.kind, namespace: row.namespace, name: row.name };
      const detail = `${plainKind(row.kind)} ${row.namespace}/${row.name}: ${status}`;
      const hit = (): Hit => ({ title: what, detail, at, to, tab: 'history' });
      yield { rank: words.rank(what), title: `${what} ${detail}`, place: placeOf(row), name: row.name, hit };
    }
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
