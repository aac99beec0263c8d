import { sprintf, type Value } from '@millrace/go-template';
import type { Values } from '../chart/chart.ts';
import { assign, isTable, lookUp } from './table.ts';

/**
 * How two tables become one: `merge` keeps a null that stands for "not this default", so that a later step sees it;
 * `coalesce` acts on it, the key goes.
 */
export type Mode = 'merge' | 'coalesce';

export type Warn = (message: string) => void;

/**
 * Put into `target` what it has not of `source`, table by table. Both are changed, and share tables afterwards: give
 * copies. `path` is for warnings. Rule: coalesceTablesFullKey of Helm 4.
 */
export function mergeTables(target: Values, source: Values, mode: Mode, path: string, warn: Warn): Values {
  const given = new Set(Object.keys(source).filter(key => source[key] !== null));
  for (const key of Object.keys(target)) if (target[key] === null) assign(source, key, null);
  for (const key of Object.keys(source)) {
    const added = source[key] as Value;
    const own = lookUp(target, key);
    const fullKey = joinPath(path, key);
    if (own === undefined) assign(target, key, added);
    else if (own === null && mode === 'coalesce' && given.has(key)) delete target[key];
    else if (isTable(added)) {
      if (isTable(own)) mergeTables(own, added, mode, fullKey, warn);
      else warn(`warning: cannot overwrite table with non table for ${fullKey} (${sprintf('%v', [added])})`);
    } else if (isTable(own) && added !== null) {
      warn(
        `warning: destination for ${fullKey} is a table. Ignoring non-table value (${sprintf('%v', [added])})`,
      );
    }
  }
  return target;
}

/** Take keys that are null out of a table and all tables in it. */
export function dropNulls(table: Values): void {
  for (const key of Object.keys(table)) {
    const value = table[key] as Value;
    if (value === null) delete table[key];
    else if (isTable(value)) dropNulls(value);
  }
}

export function joinPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
