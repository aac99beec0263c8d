import type { Change } from '@millrace/json';
import { Cut, JournalView, Told, When, wordsFor } from './journal-view.tsx';
import { FieldChanges } from './object/field-changes.tsx';
import { offers } from './store.ts';
import { shortRevision } from './words.ts';

interface Entry {
  time: string;
  by?: { kind?: string; namespace?: string; name?: string; revision?: string };
  action: 'created' | 'changed' | 'deleted';
  object: { apiVersion?: string; kind?: string; namespace?: string; name?: string };
  server?: string;
  fields?: Change[];
  /** It was too long to be kept whole. */
  isCut?: boolean;
}

/** What reconciles have changed. */
export function AuditView() {
  if (!offers.value.includes('audit')) return <Off />;
  return (
    <JournalView<Entry>
      title="Audit log"
      path="/api/audit"
      empty="No reconcile has changed anything yet."
      entry={one => <Changed {...one} />}
    />
  );
}

function Off() {
  return (
    <section class="page journal">
      <h1>Audit log</h1>
      <p class="nothing">
        What reconciles change is not written down here. <code>--audit-log FILE</code> does it:{' '}
        <code>millrace up</code> and the one process of <code>install --single</code> show it here at once,{' '}
        <code>millrace web --audit-log FILE</code> shows what controllers on this machine write.
      </p>
    </section>
  );
}

function Changed({ time, by, action, object, server, fields = [], isCut }: Entry) {
  return (
    <details>
      <summary>
        <strong class={`action ${action}`}>{action}</strong>
        <span>{wordsFor(object)}</span>
        <span class="message">{fields.map(({ path }) => path).join(', ')}</span>
        {by && (
          <small>
            by {wordsFor(by)} {by.revision && <code>{shortRevision(by.revision)}</code>}
          </small>
        )}
        <When at={time} />
      </summary>
      <p>
        <Told of={object} />
        {by && (
          <>
            {' '}
            by <Told of={by} />
          </>
        )}
      </p>
      {server && <p>In the cluster {server}</p>}
      {fields.length === 0 && !isCut && <p>The whole object was {action}.</p>}
      <FieldChanges fields={fields} />
      {isCut && <Cut file="the audit log" />}
    </details>
  );
}
