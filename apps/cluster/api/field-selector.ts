import type { JsonObject } from '@millrace/json';
import { type Entry, read } from '../store/entry.ts';
import type { Resource } from './resource.ts';
import { badRequest } from './status.ts';
import { textAt, valueAt } from './tree.ts';

/** True for the entries that a selector chooses. */
export type FieldSelector = (entry: Entry) => boolean;

interface Term {
  readonly field: string;
  readonly value: string;
  readonly negated: boolean;
}

/**
 * The fields beside metadata.name and metadata.namespace by which each resource can be selected, with the value of
 * an absent field where that is not the empty string.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/#list-of-supported-fields
 */
const selectable: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/pods': {
    'spec.nodeName': '',
    'spec.restartPolicy': '',
    'spec.schedulerName': '',
    'spec.serviceAccountName': '',
    'spec.hostNetwork': 'false',
    'status.phase': '',
    'status.podIP': '',
    'status.nominatedNodeName': '',
  },
  '/events': {
    'involvedObject.kind': '',
    'involvedObject.namespace': '',
    'involvedObject.name': '',
    'involvedObject.uid': '',
    'involvedObject.apiVersion': '',
    'involvedObject.resourceVersion': '',
    'involvedObject.fieldPath': '',
    reason: '',
    reportingComponent: '',
    source: '',
    type: '',
  },
  '/secrets': { type: '' },
  '/namespaces': { 'status.phase': '' },
  '/nodes': { 'spec.unschedulable': 'false' },
  '/replicationcontrollers': { 'status.replicas': '0' },
  '/services': { 'spec.clusterIP': '', 'spec.type': '' },
  'apps/replicasets': { 'status.replicas': '0' },
  'batch/jobs': { 'status.successful': '0' },
  'certificates.k8s.io/certificatesigningrequests': { 'spec.signerName': '' },
};

/** What the fields of a core Event are called in events.k8s.io, which has no other names for them, and no source. */
const inEvents: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(part => [
      `regarding.${part}`,
      `involvedObject.${part}`,
    ]),
  ),
  reason: 'reason',
  reportingController: 'reportingComponent',
  type: 'type',
};

/** Parse the fieldSelector parameter for a resource. Throws a 400 ApiError for fields that it does not know. */
export function parseFieldSelector(text: string, resource: Resource): FieldSelector | undefined {
  if (text.trim() === '') return undefined;
  const known = fieldsOf(resource);
  const terms = parseTerms(text);
  for (const { field } of terms) {
    if (Object.hasOwn(known, field)) continue;
    throw badRequest(unknownField(field, resource));
  }
  // Events are stored as those of the core group.
  const at = (field: string) => (resource.group === 'events.k8s.io' ? (inEvents[field] ?? field) : field);
  return entry =>
    terms.every(term => (selected(entry, at(term.field), known) === term.value) !== term.negated);
}

/** Kinds with fields of their own say it in other words than those that have none. */
function unknownField(field: string, { storage, custom }: Resource): string {
  if (custom || selectable[storage]) return `field label not supported: ${field}`;
  return `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

function fieldsOf(resource: Resource): Readonly<Record<string, string>> {
  const own = resource.group === 'events.k8s.io' ? emptied(inEvents) : (selectable[resource.storage] ?? {});
  const custom = Object.fromEntries(
    (resource.custom?.selectableFields ?? []).map(path => [path.replace(/^\./, ''), '']),
  );
  return { 'metadata.name': '', 'metadata.namespace': '', ...own, ...custom };
}

const emptied = (names: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.keys(names).map(name => [name, '']));

function parseTerms(text: string): Term[] {
  return text
    .split(/(?<!\\),/)
    .filter(part => part.trim() !== '')
    .map(part => {
      const match = /!=|==?/.exec(part);
      if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
      const [operator] = match;
      return {
        field: part.slice(0, match.index).trimStart(),
        negated: operator === '!=',
        value: part.slice(match.index + operator.length).replace(/\\([\\,=])/g, '$1'),
      };
    });
}

/** Parsed once for an entry, however many lists and watches ask. */
const trees = new WeakMap<Entry, JsonObject>();

function selected(entry: Entry, field: string, defaults: Readonly<Record<string, string>>): string {
  if (field === 'metadata.name') return entry.name;
  if (field === 'metadata.namespace') return entry.namespace;
  let tree = trees.get(entry);
  if (!tree) trees.set(entry, (tree = slim(read(entry))));
  if (field === 'source') return textAt(tree, 'source', 'component') || textAt(tree, 'reportingComponent');
  const value = valueAt(tree, ...(field === 'status.successful' ? 'status.succeeded' : field).split('.'));
  return value === undefined || value === null ? (defaults[field] ?? '') : String(value);
}

/** Large maps and managedFields take no part in selection. */
function slim(tree: JsonObject): JsonObject {
  const { data: _data, metadata: _metadata, ...rest } = tree;
  return rest;
}
