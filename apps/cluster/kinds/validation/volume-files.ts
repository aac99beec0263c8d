import type { Json, JsonObject } from '@millrace/json';
import { type FieldError, invalid, required } from '@millrace/schema';
import { numberAt, objectAt, objectsAt, textAt } from '../../api/tree.ts';

/**
 * What is wrong with a source of a volume that makes files of data: a Secret, a ConfigMap, the downward API, or several
 * of them projected. Nothing for other sources.
 */
export function fileProblems(source: string, volume: JsonObject, at: string): FieldError[] {
  switch (source) {
    case 'secret':
      return dataProblems(volume, 'secretName', at);
    case 'configMap':
      return dataProblems(volume, 'name', at);
    case 'downwardAPI':
      return [...modeProblems(volume.defaultMode, `${at}.defaultMode`), ...downwardProblems(volume, at)];
    case 'projected':
      return projectedProblems(volume, at);
    default:
      return [];
  }
}

/** `field` is where the name of the object stands. */
function dataProblems(volume: JsonObject, field: string, at: string): FieldError[] {
  return [
    ...(textAt(volume, field) === '' ? [required(`${at}.${field}`)] : []),
    ...modeProblems(volume.defaultMode, `${at}.defaultMode`),
    ...objectsAt(volume, 'items').flatMap((item, i) => itemProblems(item, `${at}.items[${i}]`)),
  ];
}

function itemProblems(item: JsonObject, at: string): FieldError[] {
  return [
    ...(textAt(item, 'key') === '' ? [required(`${at}.key`)] : []),
    ...pathProblems(textAt(item, 'path'), `${at}.path`),
    ...modeProblems(item.mode, `${at}.mode`),
  ];
}

/** A path that stays below its volume. */
function pathProblems(path: string, field: string): FieldError[] {
  if (path === '') return [required(field)];
  const parts = path.split('/');
  if (path.startsWith('/')) return [invalid(field, path, 'must be a relative path')];
  if (parts.includes('..')) return [invalid(field, path, "must not contain '..'")];
  return path.startsWith('..') ? [invalid(field, path, "must not start with '..'")] : [];
}

function modeProblems(mode: Json | undefined, field: string): FieldError[] {
  if (typeof mode !== 'number' || (mode >= 0 && mode <= 0o777)) return [];
  return [invalid(field, mode, 'must be a number between 0 and 0777 (octal), both inclusive')];
}

function downwardProblems(volume: JsonObject, at: string): FieldError[] {
  return objectsAt(volume, 'items').flatMap((item, i) => {
    const problems = pathProblems(textAt(item, 'path'), `${at}.path`);
    if (item.fieldRef === undefined && item.resourceFieldRef === undefined)
      problems.push(required(at, 'one of fieldRef and resourceFieldRef is required'));
    return [...problems, ...modeProblems(item.mode, `${at}.items[${i}].mode`)];
  });
}

const leastSeconds = 600;

function projectedProblems(volume: JsonObject, at: string): FieldError[] {
  const ofSources = objectsAt(volume, 'sources').flatMap((source, i) => {
    const here = `${at}.sources[${i}]`;
    const problems: FieldError[] = [];
    for (const kind of ['secret', 'configMap'])
      if (source[kind] !== undefined)
        problems.push(...dataProblems(objectAt(source, kind), 'name', `${here}.${kind}`));
    if (source.downwardAPI !== undefined)
      problems.push(...downwardProblems(objectAt(source, 'downwardAPI'), `${here}.downwardAPI`));
    if (source.serviceAccountToken !== undefined)
      problems.push(...tokenProblems(objectAt(source, 'serviceAccountToken'), `${here}.serviceAccountToken`));
    return problems;
  });
  return [...ofSources, ...modeProblems(volume.defaultMode, `${at}.defaultMode`)];
}

function tokenProblems(token: JsonObject, at: string): FieldError[] {
  const seconds = numberAt(token, 'expirationSeconds') ?? leastSeconds;
  return [
    ...(seconds < leastSeconds
      ? [invalid(`${at}.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes')]
      : []),
    ...pathProblems(textAt(token, 'path'), `${at}.path`),
  ];
}
