import type { Fields } from './fields.ts';
import type { Gvk } from './gvk.ts';
import { type LabelSelector, parseLabelSelector } from './label-selector.ts';
import { compilePattern } from './pattern.ts';
import { effectiveNamespace, type Resource } from './resource.ts';
import type { Hint } from './resource-list.ts';

/** Which resources a patch is for. Every part is a regular expression, '' matches all. */
export interface Selector extends Gvk {
  name: string;
  namespace: string;
  labelSelector: string;
  annotationSelector: string;
}

export function readSelector(fields: Fields): Selector {
  return {
    group: fields.string('group'),
    version: fields.string('version'),
    kind: fields.string('kind'),
    name: fields.string('name'),
    namespace: fields.string('namespace'),
    labelSelector: fields.string('labelSelector'),
    annotationSelector: fields.string('annotationSelector'),
  };
}

type Match = (text: string) => boolean;

const plain = /^[A-Za-z0-9_-]*$/;

/** A test for the whole of a text, `pattern` in RE2 syntax; the empty pattern matches everything. */
export function anchored(pattern: string): Match {
  if (pattern === '') return () => true;
  if (plain.test(pattern)) return text => text === pattern;
  const compiled = compilePattern(`^(?:${pattern})$`, JSON.stringify(pattern.slice(0, 80)));
  return text => compiled.test(text);
}

/** The name and kind that a selector surely asks for: those that are no regular expressions. */
export function hintOf({ name, kind }: Pick<Selector, 'name' | 'kind'>): Hint {
  return { name: plain.test(name) ? name : '', kind: plain.test(kind) ? kind : '' };
}

/** Turns a selector into a test of resources. Name and namespace may be the original or the present ones. */
export function compileSelector(selector: Selector): (resource: Resource) => boolean {
  const name = anchored(selector.name);
  const namespace = anchored(selector.namespace);
  const group = anchored(selector.group);
  const version = anchored(selector.version);
  const kind = anchored(selector.kind);
  const labels = compileMap(selector.labelSelector);
  const annotations = compileMap(selector.annotationSelector);
  return resource => {
    if (!kind(resource.kind)) return false;
    const { gvk } = resource;
    if (!group(gvk.group) || !version(gvk.version)) return false;
    const [original, current] = [resource.originalId, resource.id];
    return (
      (name(original.name) || name(current.name)) &&
      (namespace(effectiveNamespace(original)) || namespace(effectiveNamespace(current))) &&
      labels(resource.labels) &&
      annotations(resource.annotations)
    );
  };
}

/** A selector of plain objects; what it leaves out matches all. */
export type ObjectSelector = Partial<Selector>;

/**
 * Turns the form of a patch's target into a test of objects as they are, without the names that resources had before.
 * @throws BuildError for what is no regular expression or label selector
 */
export function selects(selector: ObjectSelector): (object: PlainObject) => boolean {
  const { group, version, kind, name, namespace, labelSelector = '', annotationSelector = '' } = selector;
  const parts = [group, version, kind, name, namespace].map(pattern => anchored(pattern ?? ''));
  const labels = compileMap(labelSelector);
  const annotations = compileMap(annotationSelector);
  return ({ apiVersion, kind: ofKind, metadata }) => {
    const slash = apiVersion.lastIndexOf('/');
    const found = [apiVersion.slice(0, Math.max(slash, 0)), apiVersion.slice(slash + 1), ofKind];
    return (
      [...found, metadata.name, metadata.namespace ?? ''].every((text, i) => parts[i]!(text)) &&
      labels(metadata.labels ?? {}) &&
      annotations(metadata.annotations ?? {})
    );
  };
}

interface PlainObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
}

function compileMap(text: string): LabelSelector {
  return text === '' ? () => true : parseLabelSelector(text);
}
