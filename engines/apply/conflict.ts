import { type FieldSet, printPath } from './field-set.ts';
import { compareText, type Owner, writerKey } from './managed-fields.ts';
import type { PathElement } from './path-element.ts';

/** A field that the applier wants to change and that another manager owns. */
export type FieldConflict = {
  /** Path as the API server prints it, e.g. `.spec.template.spec.containers[name="nginx"].image`. */
  readonly field: string;
  /** The owner as the API server prints it, e.g. `"kubectl-edit" using apps/v1`. */
  readonly owner: string;
  readonly path: readonly PathElement[];
};

/** One entry of the Status' `details.causes`. */
export type ConflictCause = {
  readonly reason: 'FieldManagerConflict';
  readonly message: string;
  readonly field: string;
};

/**
 * Server-side apply met fields that others own. The message is that of the API's Status (409, reason Conflict),
 * `causes` go to its `details.causes`.
 */
export class ApplyConflict extends Error {
  override name = 'ApplyConflict';
  readonly conflicts: readonly FieldConflict[];

  constructor(conflicts: readonly FieldConflict[]) {
    super(describe(conflicts));
    this.conflicts = conflicts;
  }

  get causes(): ConflictCause[] {
    return this.conflicts.map(({ owner, field }) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${owner}`,
      field,
    }));
  }
}

/** The conflicts with several owners, ordered by owner and field. */
export function conflictsWith(owners: readonly (readonly [Owner, FieldSet])[]): FieldConflict[] {
  return [...owners]
    .sort(([a], [b]) => compareText(writerKey(a), writerKey(b)))
    .flatMap(([owner, set]) => {
      const printed = printOwner(owner);
      return Array.from(set.paths(), path => ({ field: printPath(path), owner: printed, path }));
    });
}

function printOwner(owner: Owner): string {
  const name = JSON.stringify(owner.manager);
  const through =
    owner.subresource === '' ? name : `${name} with subresource ${JSON.stringify(owner.subresource)}`;
  if (owner.operation === 'Apply') return through;
  return `${through} using ${owner.apiVersion}`;
}

function describe(conflicts: readonly FieldConflict[]): string {
  const [only] = conflicts;
  if (only && conflicts.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${only.owner}: ${only.field}`;
  }
  const lines = [...Map.groupBy(conflicts, conflict => conflict.owner)].flatMap(([owner, theirs]) => [
    `conflicts with ${owner}:`,
    ...theirs.map(({ field }) => `- ${field}`),
  ]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}
