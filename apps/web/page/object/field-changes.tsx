import type { Change, Json } from '@millrace/json';
import { withHiddenShown } from '../../model/hidden-characters.ts';
import { LineChanges } from './line-changes.tsx';

/** What differs, field by field. */
export function FieldChanges({ fields }: { fields: Change[] }) {
  return (
    <dl class="fields">
      {fields.map(({ path, before, after }) => (
        <div key={path}>
          <dt>
            <code>{path}</code>
          </dt>
          <dd>
            <Sides before={before} after={after} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface SidesProps {
  before: Json | undefined;
  after: Json | undefined;
}

/** What is short is read at a glance, of what is long the lines that differ. */
function Sides({ before, after }: SidesProps) {
  const [from, to] = [shown(before), shown(after)];
  if ((from + to).includes('\n')) return <LineChanges before={from} after={to} isSplit={false} />;
  return (
    <>
      {before !== undefined && <del>{withHiddenShown(from)}</del>}
      {after !== undefined && <ins>{withHiddenShown(to)}</ins>}
    </>
  );
}

function shown(value: Json | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}
