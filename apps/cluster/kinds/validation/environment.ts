import type { JsonObject } from '@millrace/json';
import { type FieldError, invalid, required } from '@millrace/schema';
import { objectAt, objectsAt, textAt } from '../../api/tree.ts';
import { dataKey } from './names.ts';

const sources = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'];
const fields =
  /^(metadata\.(name|namespace|uid)|metadata\.(annotations|labels)\['.+'\]|spec\.(nodeName|serviceAccountName)|status\.(hostIPs?|podIPs?))$/;

/** What is wrong with `env` and `envFrom` of a container at `at`. */
export function environmentProblems(container: JsonObject, at: string): FieldError[] {
  const variables = objectsAt(container, 'env').flatMap((variable, i) =>
    variableProblems(variable, `${at}.env[${i}]`),
  );
  const from = objectsAt(container, 'envFrom').flatMap((source, i) =>
    sourceProblems(source, `${at}.envFrom`, i),
  );
  return [...variables, ...from];
}

function variableProblems(variable: JsonObject, at: string): FieldError[] {
  const name = textAt(variable, 'name');
  const problems: FieldError[] = [];
  if (name === '') problems.push(required(`${at}.name`));
  else if (!/^[ -<>-~]+$/.test(name)) {
    const why =
      "a valid environment variable name must consist only of printable ASCII characters other than '='";
    problems.push(invalid(`${at}.name`, name, why));
  }
  if (variable.valueFrom !== undefined) problems.push(...valueFromProblems(variable, `${at}.valueFrom`));
  return problems;
}

function valueFromProblems(variable: JsonObject, at: string): FieldError[] {
  const from = objectAt(variable, 'valueFrom');
  const given = sources.filter(source => from[source] !== undefined);
  const problems: FieldError[] = [];
  const path = textAt(from, 'fieldRef', 'fieldPath');
  if (from.fieldRef !== undefined && path === '') problems.push(required(`${at}.fieldRef.fieldPath`));
  else if (from.fieldRef !== undefined && !fields.test(path)) {
    const why = `error converting fieldPath: field label not supported: ${path}`;
    problems.push(invalid(`${at}.fieldRef.fieldPath`, path, why));
  }
  for (const source of ['configMapKeyRef', 'secretKeyRef']) {
    if (from[source] === undefined) continue;
    for (const field of ['name', 'key']) {
      if (textAt(from, source, field) === '') problems.push(required(`${at}.${source}.${field}`));
    }
    const key = textAt(from, source, 'key');
    if (key !== '') problems.push(...dataKey(key, `${at}.${source}.key`));
  }
  if (given.length === 0) {
    const why =
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
    problems.push(invalid(at, '', why));
  } else if (textAt(variable, 'value') !== '') {
    problems.push(invalid(at, '', 'may not be specified when `value` is not empty'));
  } else if (given.length > 1) {
    problems.push(invalid(at, '', 'may not have more than one field specified at a time'));
  }
  return problems;
}

function sourceProblems(source: JsonObject, path: string, index: number): FieldError[] {
  const given = ['configMapRef', 'secretRef'].filter(key => source[key] !== undefined);
  // Upstream names no index where it is the source that is missing.
  if (given.length === 0) return [invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`')];
  if (given.length > 1) return [invalid(path, '', 'may not have more than one field specified at a time')];
  return given
    .filter(key => textAt(source, key, 'name') === '')
    .map(key => required(`${path}[${index}].${key}.name`));
}
