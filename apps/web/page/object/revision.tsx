import { commitPage } from '../../model/commit-page.ts';
import type { Row } from '../../model/row.ts';
import { rows } from '../store.ts';
import { shortRevision } from '../words.ts';

/** A revision of an object, with the way to its commit where the host of the repository shows it. */
export function Revision({ of: row, revision }: { of: Row; revision: string }) {
  const pages = row.commits ?? rows.value.get(row.source ?? '')?.commits;
  const page = commitPage(pages, revision);
  const code = <code title={revision}>{shortRevision(revision)}</code>;
  if (page === undefined) return code;
  return (
    <a class="commit" href={page} target="_blank" rel="noopener noreferrer" title={page}>
      {code}
      <span class="unseen"> (opens another page)</span>
    </a>
  );
}
