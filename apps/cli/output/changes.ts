import type { Change, Json } from '@millrace/json';
import { linesBetween } from '@millrace/line-diff';
import { stringify } from '@millrace/yaml';

/** Changes for the eye, each under its path: what is short on one line, the rest as the lines of YAML that go and come. */
export function formatChanges(changes: readonly Change[], indent: string): string {
  return changes
    .map(({ path, before, after }) => {
      if (isShort(before) && isShort(after)) return `${indent}${path}: ${shown(before)} → ${shown(after)}\n`;
      const lines = linesBetween(linesOf(before), linesOf(after));
      return `${indent}${path}\n${lines.map(line => `${indent}  ${line}\n`).join('')}`;
    })
    .join('');
}

function isShort(value: Json | undefined): value is string | number | boolean | null {
  if (value === undefined || (typeof value === 'object' && value !== null)) return false;
  return typeof value !== 'string' || !value.includes('\n');
}

const shown = (value: string | number | boolean | null) => JSON.stringify(value);

function linesOf(value: Json | undefined): string[] {
  if (value === undefined) return [];
  const text = typeof value === 'string' ? value : stringify(value);
  return text.replace(/\n$/, '').split('\n');
}
