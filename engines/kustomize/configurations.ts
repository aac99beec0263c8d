import { get, isObject, type Json, type JsonObject } from '@millrace/json';
import type { Accumulator } from './accumulator.ts';
import { at } from './build-error.ts';
import type { FieldSpec } from './field-spec.ts';
import { Fields } from './fields.ts';
import { type Kustomization, readFieldSpec } from './kustomization.ts';
import { readDocuments } from './load-resources.ts';
import type { Loader } from './loader.ts';
import type { ReferenceRule } from './reference-rules.ts';
import {
  defaultConfig,
  emptyConfig,
  fieldSpecLists,
  mergeConfig,
  type TransformerConfig,
} from './transformer-config.ts';

/** Adds kustomize's own configuration and that of the files in `configurations`. */
export function loadConfigurations(kustomization: Kustomization, loader: Loader, into: Accumulator): void {
  let own = emptyConfig;
  kustomization.configurations.forEach((path, i) => {
    at({ file: kustomization.file, field: `configurations[${i}]` }, () => {
      const file = loader.pathOf(path);
      for (const { value } of readDocuments(loader.readText(path), file)) {
        own = mergeConfig(own, readConfig(value, file));
      }
    });
  });
  // The files first: where one names a kind for a path, kustomize's own rule for any kind gives way.
  into.config = mergeConfig(into.config, mergeConfig(own, defaultConfig));
}

function readConfig(value: Json, file: string): TransformerConfig {
  const fields = new Fields(value, file);
  const config = { ...emptyConfig };
  for (const list of fieldSpecLists) config[list] = fields.maps(list, readFieldSpec);
  config.nameReference = fields.maps('nameReference', readReferenceRule);
  for (const ignored of ['apiVersion', 'kind', 'metadata']) fields.raw(ignored);
  fields.done();
  return config;
}

function readReferenceRule(fields: Fields): ReferenceRule {
  return {
    target: { group: fields.string('group'), version: fields.string('version'), kind: fields.string('kind') },
    referrers: fields.maps('fieldSpecs', readFieldSpec),
  };
}

/** Adds the fields that the OpenAPI definitions in `crds` mark as names, labels or references. */
export function loadCrds(kustomization: Kustomization, loader: Loader, into: Accumulator): void {
  kustomization.crds.forEach((path, i) => {
    at({ file: kustomization.file, field: `crds[${i}]` }, () => {
      const file = loader.pathOf(path);
      const [document] = readDocuments(loader.readText(path), file);
      if (isObject(document?.value))
        into.config = mergeConfig(into.config, configOfDefinitions(document.value));
    });
  });
}

function configOfDefinitions(definitions: JsonObject): TransformerConfig {
  const config: TransformerConfig = { ...emptyConfig };
  for (const [name, definition] of Object.entries(definitions)) {
    const properties = propertiesOf(definition);
    // Only definitions of whole objects are looked at.
    if (!['kind', 'apiVersion', 'metadata'].every(property => Object.hasOwn(properties, property))) continue;
    const kind = name.slice(name.lastIndexOf('.') + 1);
    collect(config, definitions, kind, name, [], new Set());
  }
  return config;
}

function propertiesOf(definition: Json | undefined): JsonObject {
  const schema = isObject(definition) ? (definition.Schema ?? definition) : {};
  return isObject(schema) && isObject(schema.properties) ? schema.properties : {};
}

function collect(
  config: TransformerConfig,
  definitions: JsonObject,
  kind: string,
  name: string,
  path: string[],
  visiting: Set<string>,
): void {
  if (visiting.has(name)) return;
  const spec = (parts: string[]): FieldSpec => ({
    group: '',
    version: '',
    kind,
    path: parts.join('/'),
    create: false,
  });
  for (const [field, property] of Object.entries(propertiesOf(get(definitions, name)))) {
    if (!isObject(property)) continue;
    const here = [...path, field];
    if (property['x-kubernetes-annotation'] !== undefined)
      config.commonAnnotations = [...config.commonAnnotations, spec(here)];
    if (property['x-kubernetes-label-selector'] !== undefined)
      config.commonLabels = [...config.commonLabels, spec(here)];
    if (property['x-kubernetes-identity'] !== undefined)
      config.namePrefix = [...config.namePrefix, spec(here)];
    const version = property['x-kubernetes-object-ref-api-version'];
    const target = property['x-kubernetes-object-ref-kind'];
    if (typeof version === 'string' && typeof target === 'string') {
      const key = property['x-kubernetes-object-ref-name-key'] ?? 'name';
      config.nameReference = [
        ...config.nameReference,
        { target: { group: '', version, kind: target }, referrers: [spec([...here, String(key)])] },
      ];
    }
    if (typeof property.$ref === 'string') {
      collect(config, definitions, kind, property.$ref, here, new Set([...visiting, name]));
    }
  }
}
