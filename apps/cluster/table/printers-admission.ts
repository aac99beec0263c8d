import type { JsonObject } from '@millrace/json';
import { formatLabelSelector } from '../api/label-selector.ts';
import { listAt, objectAt, textAt } from '../api/tree.ts';
import { ageColumn, type Column, column, textColumn } from './column.ts';

const webhooks = [countOf('Webhooks', 'webhooks'), ageColumn];
const bindings = [
  textColumn('PolicyName', ['spec', 'policyName'], ''),
  column('ParamRef', parameters),
  ageColumn,
];

/** The kinds by which others have a say in writes. */
export const admissionPrinters: Readonly<Record<string, readonly Column[]>> = {
  'admissionregistration.k8s.io/mutatingadmissionpolicies': policy('Mutations', 'mutations'),
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings': bindings,
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': webhooks,
  'admissionregistration.k8s.io/validatingadmissionpolicies': policy('Validations', 'validations'),
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': bindings,
  'admissionregistration.k8s.io/validatingwebhookconfigurations': webhooks,
};

function countOf(name: string, ...path: string[]): Column {
  return column(name, object => listAt(object, ...path).length, 'integer');
}

function policy(name: string, list: string): readonly Column[] {
  const paramKind = column('ParamKind', object => {
    const kind = objectAt(object, 'spec', 'paramKind');
    return kind.kind === undefined ? '<unset>' : `${textAt(kind, 'apiVersion')}/${textAt(kind, 'kind')}`;
  });
  return [countOf(name, 'spec', list), paramKind, ageColumn];
}

/** Nobody can tell here whether the parameter has a namespace. */
function parameters(binding: JsonObject): string {
  const reference = objectAt(binding, 'spec', 'paramRef');
  const name = textAt(reference, 'name');
  if (name) return `${textAt(reference, 'namespace') || '*'}/${name}`;
  return reference.selector === undefined ? '<unset>' : formatLabelSelector(objectAt(reference, 'selector'));
}
