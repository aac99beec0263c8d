import type { Fields } from './fields.ts';
import { type Gvk, gvkOf } from './gvk.ts';

/** An entry of vars: `$(name)` stands for a field of an object. */
export interface Var {
  name: string;
  object: Gvk & { name: string; namespace: string };
  fieldPath: string;
}

export function readVar(fields: Fields): Var {
  const name = fields.string('name');
  if (name === '') fields.fail('name', 'a var needs a name');
  const object = fields.map('objref', inner => {
    const gvk = gvkOf(inner.string('apiVersion'), inner.string('kind'));
    return {
      ...gvk,
      group: gvk.group || inner.string('group'),
      version: gvk.version || inner.string('version'),
      name: inner.string('name'),
      namespace: inner.string('namespace'),
    };
  });
  if (object === undefined) fields.fail('objref', `the var ${name} needs an object to read from`);
  const fieldPath = fields.map('fieldref', inner => inner.string('fieldpath') || inner.string('fieldPath'));
  return { name, object, fieldPath: fieldPath || 'metadata.name' };
}
