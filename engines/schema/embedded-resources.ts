import { isObject, type Json, type JsonObject } from '@millrace/json';
import { checkTypes } from './check-types.ts';
import { type FieldError, invalid, required, tooLong } from './field-error.ts';
import { fieldPath, indexPath, keyPath } from './field-path.ts';
import { kubernetes } from './kubernetes.ts';
import { label1035Rule, labelRule, labelValueRule, nameProblems, qualifiedNameProblems } from './names.ts';
import type { Schema } from './schema.ts';

const objectMeta = kubernetes.definition('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');
const annotationsLimit = 256 * 1024;

/**
 * What is wrong with the objects inside an object (`x-kubernetes-embedded-resource`): each must say its apiVersion and
 * kind, and its metadata must be right. The object itself is not looked at: the API server does that by itself.
 *
 * Source of the rule: apiextensions, the validation of embedded ObjectMeta and TypeMeta.
 */
export function checkEmbeddedResources(value: Json, schema: Schema): FieldError[] {
  const errors: FieldError[] = [];
  if (isObject(value)) checkFields(value, schema, '', errors);
  return errors;
}

function check(value: Json, schema: Schema | undefined, path: string, errors: FieldError[]): void {
  if (schema === undefined || schema.definition !== undefined) return;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) check(value[i] as Json, schema.items, indexPath(path, i), errors);
  } else if (isObject(value)) {
    if (schema.embeddedResource) checkResource(value, path, errors);
    checkFields(value, schema, path, errors);
  }
}

function checkFields(value: JsonObject, schema: Schema, path: string, errors: FieldError[]): void {
  const { properties, additionalProperties: rest } = schema;
  for (const name in value) {
    const item = value[name] as Json;
    if (typeof item !== 'object') continue;
    const field = properties && Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (field) check(item, field, fieldPath(path, name), errors);
    else if (typeof rest === 'object') check(item, rest, keyPath(path, name), errors);
  }
}

function checkResource(value: JsonObject, path: string, errors: FieldError[]): void {
  checkApiVersion(value, fieldPath(path, 'apiVersion'), errors);
  checkKind(value, fieldPath(path, 'kind'), errors);
  if (Object.hasOwn(value, 'metadata')) {
    checkMetadata(value.metadata as Json, fieldPath(path, 'metadata'), errors);
  }
}

function checkApiVersion(value: JsonObject, path: string, errors: FieldError[]): void {
  const { apiVersion } = value;
  if (apiVersion === undefined) errors.push(required(path));
  else if (typeof apiVersion !== 'string') errors.push(invalid(path, apiVersion, 'must be a string'));
  else if (apiVersion === '') errors.push(invalid(path, apiVersion, 'must not be empty'));
  else if (apiVersion.split('/').length > 2) {
    errors.push(invalid(path, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  }
}

function checkKind(value: JsonObject, path: string, errors: FieldError[]): void {
  const { kind } = value;
  if (kind === undefined) errors.push(required(path));
  else if (typeof kind !== 'string') errors.push(invalid(path, kind, 'must be a string'));
  else if (kind === '') errors.push(invalid(path, kind, 'must not be empty'));
  else {
    const problems = nameProblems(label1035Rule, kind.toLowerCase());
    if (problems.length === 0) return;
    const why = `may have mixed case, but should otherwise match: ${problems.join(',')}`;
    errors.push(invalid(path, kind, why));
  }
}

function checkMetadata(value: Json, path: string, errors: FieldError[]): void {
  if (value === null) return;
  const mistyped = isObject(value) ? checkTypes(value, objectMeta)?.message : 'it must be an object';
  if (mistyped !== undefined) errors.push(invalid(path, value, mistyped));
  else if (isObject(value)) checkNames(value, path, errors);
}

function checkNames(metadata: JsonObject, path: string, errors: FieldError[]): void {
  const { name, generateName, namespace } = metadata;
  const say = (field: string, text: string, problems: readonly string[]): void => {
    for (const problem of problems) errors.push(invalid(fieldPath(path, field), text, problem));
  };
  if (typeof generateName === 'string')
    say('generateName', generateName, segmentProblems(generateName, true));
  if (typeof name === 'string') say('name', name, segmentProblems(name, false));
  if (typeof namespace === 'string' && namespace !== '') {
    say('namespace', namespace, nameProblems(labelRule, namespace));
  }
  for (const [key, text] of entries(metadata.labels)) {
    say('labels', key, qualifiedNameProblems(key));
    say('labels', text, nameProblems(labelValueRule, text));
  }
  let size = 0;
  for (const [key, text] of entries(metadata.annotations)) {
    say('annotations', key, qualifiedNameProblems(key.toLowerCase()));
    size += Buffer.byteLength(key) + Buffer.byteLength(text);
  }
  if (size > annotationsLimit) errors.push(tooLong(fieldPath(path, 'annotations'), annotationsLimit));
}

function entries(map: Json | undefined): [key: string, text: string][] {
  return isObject(map) ? Object.entries(map).map(([key, text]) => [key, String(text ?? '')]) : [];
}

/** A name that could be a part of a path. */
function segmentProblems(name: string, isPrefix: boolean): string[] {
  if (!isPrefix && (name === '.' || name === '..')) return [`may not be '${name}'`];
  return ['/', '%'].filter(sign => name.includes(sign)).map(sign => `may not contain '${sign}'`);
}
