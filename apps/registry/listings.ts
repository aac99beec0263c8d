import { type Exchange, json } from './answer.ts';
import type { Ledger } from './ledger.ts';
import { Problem } from './problem.ts';

/** Of one answer, whatever is asked for. */
const largestPage = 1000;

export function sendTags(exchange: Exchange, ledger: Ledger, repository: string): void {
  if (!ledger.hasRepository(repository))
    throw new Problem(404, 'NAME_UNKNOWN', `there is no repository ${repository}`);
  const page = pageOf(exchange, `/v2/${repository}/tags/list`, (after, most) =>
    ledger.tags(repository, after, most),
  );
  json(exchange.response, { name: repository, tags: page.names }, page.headers);
}

/** Not of the specification, but registries have it, and `oras repo ls` asks for it. */
export function sendCatalog(exchange: Exchange, ledger: Ledger): void {
  const page = pageOf(exchange, '/v2/_catalog', (after, most) => ledger.repositories(after, most));
  json(exchange.response, { repositories: page.names }, page.headers);
}

/** distribution-spec, "Listing Tags": `n` of them after `last`, and a link to the others. */
function pageOf(
  { query }: Exchange,
  path: string,
  list: (after: string, most: number) => string[],
): { names: string[]; headers: Record<string, string> } {
  const asked = query.get('n');
  if (asked !== null && !/^\d{1,9}$/.test(asked))
    throw new Problem(400, 'UNSUPPORTED', 'n has to be a number');
  const most = Math.min(asked === null ? largestPage : Number(asked), largestPage);
  const found = list(query.get('last') ?? '', most + 1);
  const names = found.slice(0, most);
  const last = names.at(-1);
  if (found.length === names.length || last === undefined) return { names, headers: {} };
  const next = new URLSearchParams({ n: String(most), last });
  return { names, headers: { link: `<${path}?${next}>; rel="next"` } };
}
