import type { Json } from '@millrace/json';
import { BuildError } from './build-error.ts';
import { type FieldSpec, setField, splitPath } from './field-spec.ts';
import { type Gvk, selects } from './gvk.ts';
import type { Resource } from './resource.ts';
import type { ResourceList } from './resource-list.ts';

/** Kinds whose name is their meaning: it gets no prefix or suffix. */
const keepTheirNames: Partial<Gvk>[] = [
  { kind: 'CustomResourceDefinition' },
  { group: 'apiregistration.k8s.io', kind: 'APIService' },
  { kind: 'Namespace' },
];

/** Puts `prefix` before, or `suffix` behind, the name fields of all resources. */
export function addAffix(
  list: ResourceList,
  affix: { prefix: string } | { suffix: string },
  specs: FieldSpec[],
): void {
  if (('prefix' in affix ? affix.prefix : affix.suffix) === '') return;
  for (const resource of list.resources) {
    const id = resource.originalId;
    if (keepTheirNames.some(selector => selects(selector, id))) continue;
    for (const spec of specs) {
      if (!selects(spec, id)) continue;
      if (spec.path === 'metadata/name') {
        if ('prefix' in affix) resource.prefixes.push(affix.prefix);
        else resource.suffixes.push(affix.suffix);
        resource.rememberId();
      }
      setField(resource, spec, value => {
        if (typeof value === 'object' && value !== null) {
          throw new BuildError(`${splitPath(spec.path).join('.')} must be a single value`, resource.place);
        }
        const name = textOf(value, spec, resource);
        return 'prefix' in affix ? affix.prefix + name : name + affix.suffix;
      });
    }
  }
  list.idsChanged();
}

/** A name that is a number goes on as it was written. */
function textOf(value: Json | undefined, { path }: FieldSpec, { object, spellings }: Resource): string {
  if (typeof value === 'string') return value;
  if (path === 'metadata/name' && spellings !== undefined)
    return spellings.textOf(object.metadata as Json, 'name');
  return value === undefined || value === null ? '' : String(value);
}
