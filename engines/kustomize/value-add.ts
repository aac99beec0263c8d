import { BuildError } from './build-error.ts';
import { findSlots } from './field-path.ts';
import { splitPath } from './field-spec.ts';
import type { Fields } from './fields.ts';
import { setNamespace } from './namespace.ts';
import { printId, type Resource } from './resource.ts';
import { ResourceList } from './resource-list.ts';
import { compileSelector, hintOf, readSelector, type Selector } from './selector.ts';

/** Where a value is added (kustomize's plugin ValueAddTransformer). */
export interface ValueTarget {
  selector: Selector | undefined;
  /** Names joined by `/`. */
  fieldPath: string;
  /** From 1: the value becomes this part of a file path that the field holds; 0: it takes the field's place. */
  position: number;
}

export function readValueTarget(fields: Fields): ValueTarget {
  const position = fields.integer('filePathPosition');
  if (position < 0) fields.fail('filePathPosition', 'cannot be below 0');
  const fieldPath = fields.string('fieldPath');
  if (fieldPath === '') fields.fail('fieldPath', 'must be given');
  return { selector: fields.map('selector', readSelector), fieldPath, position };
}

export function addValue(
  list: ResourceList,
  value: string,
  { selector, fieldPath, position }: ValueTarget,
): void {
  const selected = selector
    ? list.candidates(hintOf(selector)).filter(compileSelector(selector))
    : [...list.resources];
  if (fieldPath === 'metadata/namespace') {
    setNamespace(
      new ResourceList(selected),
      { namespace: value, unsetOnly: false, subjects: 'defaultOnly' },
      [],
    );
  } else for (const resource of selected) write(resource, value, splitPath(fieldPath), position);
  list.idsChanged();
}

function write(resource: Resource, value: string, path: string[], position: number): void {
  for (const slot of findSlots(resource.object, path, '')) {
    const old = slot.get();
    if (typeof old === 'object' && old !== null) {
      throw new BuildError(`${path.join('.')} must be a single value`, {
        ...resource.place,
        resource: printId(resource.id),
      });
    }
    slot.set(position === 0 ? value : withPart(String(old ?? ''), position - 1, value));
  }
}

/** A file path with one part more; a leading slash stays in front, and a place behind the end means the end. */
function withPart(path: string, at: number, part: string): string {
  const absolute = path.startsWith('/');
  const parts = path.split('/').filter(one => one !== '');
  parts.splice(Math.min(at, parts.length), 0, part);
  return (absolute ? '/' : '') + parts.join('/');
}
