import { useEffect, useState } from 'preact/hooks';
import type { Found, FoundGroup } from '../../model/found.ts';
import { inOrder, type Row } from '../../model/row.ts';
import { wordsOf } from '../../model/words.ts';
import { ask } from '../ask.ts';
import { rows } from '../store.ts';

/** Milliseconds without a key after which the server is asked. */
const pause = 150;
/** Characters of a search that says something. */
const least = 2;
const mostRows = 5;

export interface Answer {
  groups: FoundGroup[];
  unseen: string[];
  /** The server has not answered yet. */
  isPending: boolean;
  problem: string;
}

const nothing: Found = { groups: [], unseen: [] };

/** What there is of a text: rows at once, the rest when the server has found it. No answer outlives its question. */
export function useFound(text: string): Answer {
  const [answer, setAnswer] = useState<{ text: string; found: Found; problem: string }>();
  const isAsked = text.trim().length >= least;
  useEffect(() => {
    if (!isAsked) return;
    const leaving = new AbortController();
    const timer = setTimeout(() => {
      ask<Found>(`/api/search?${new URLSearchParams({ q: text })}`, { signal: leaving.signal }).then(
        found => leaving.signal.aborted || setAnswer({ text, found, problem: '' }),
        (error: Error) =>
          leaving.signal.aborted || setAnswer({ text, found: nothing, problem: error.message }),
      );
    }, pause);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [text, isAsked]);
  if (!isAsked) return { ...nothing, isPending: false, problem: '' };
  const isPending = answer?.text !== text;
  const found = isPending ? nothing : answer.found;
  const fleet = inFleet(text, rows.value);
  return {
    groups: [...(fleet.hits.length > 0 ? [fleet] : []), ...found.groups],
    unseen: found.unseen,
    isPending,
    problem: isPending ? '' : answer.problem,
  };
}

function inFleet(text: string, all: ReadonlyMap<string, Row>): FoundGroup {
  const words = wordsOf(text);
  const fitting = [...all.values()].filter(({ kind, namespace, name, revision }) =>
    words.in(`${kind}/${namespace}/${name} ${revision}`),
  );
  const best = fitting
    .sort((a, b) => words.rank(a.name) - words.rank(b.name) || inOrder(a, b))
    .slice(0, mostRows);
  return {
    name: 'Fleet',
    hits: best.map(({ kind, namespace, name }) => ({
      title: name,
      detail: `${kind} · ${namespace}`,
      to: { kind, namespace, name },
    })),
    more: fitting.length > mostRows,
  };
}
