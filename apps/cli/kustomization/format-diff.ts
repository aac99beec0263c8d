import { formatChanges } from '../output/changes.ts';
import type { ObjectDiff } from './diff.ts';

/** The diff for the eye: flux's lines, and what changes under each. What has failed is told elsewhere. */
export function formatDiff(diffs: readonly ObjectDiff[]): string {
  return diffs.map(formatOne).join('');
}

function formatOne({ object, action, changes, problem, objects = [] }: ObjectDiff): string {
  if (action === 'failed') return '';
  if (action === 'changed') return `📁 ${object} changed\n${formatDiff(objects)}`;
  if (action === 'skipped' && problem !== undefined) return `⚠️ ${object} skipped: ${problem}\n`;
  return `► ${object} ${action}\n${formatChanges(changes, '    ')}`;
}
