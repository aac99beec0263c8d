import { equal, type JsonObject } from '@millrace/json';
import { scanJson } from '../api/go-json.ts';
import type { Cause } from '../api/status.ts';
import { objectAt, own, textAt } from '../api/tree.ts';
import type { KindRules } from './kind-rules.ts';
import { dataKey } from './validation/names.ts';

/** https://kubernetes.io/docs/concepts/configuration/secret/#secret-types with the keys that each needs. */
const requiredKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

const sizeLimit = 1024 * 1024;

export const secretRules: KindRules = {
  problems(object, old) {
    const problems = [...immutableProblems(object, old, ['data']), ...keyProblems(object, ['data'])];
    problems.push(...contentProblems(object));
    if (old && object.type !== old.type) {
      problems.push({
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${JSON.stringify(object.type)}: field is immutable`,
        field: 'type',
      });
    }
    return problems;
  },
};

function contentProblems(secret: JsonObject): Cause[] {
  const data = objectAt(secret, 'data');
  const type = textAt(secret, 'type');
  const missing = (field: string): Cause => ({
    reason: 'FieldValueRequired',
    message: 'Required value',
    field,
  });
  const account = 'kubernetes.io/service-account.name';
  if (type === 'kubernetes.io/service-account-token' && !textAt(secret, 'metadata', 'annotations', account))
    return [missing(`metadata.annotations[${account}]`)];
  if (
    type === 'kubernetes.io/basic-auth' &&
    !Object.hasOwn(data, 'username') &&
    !Object.hasOwn(data, 'password')
  )
    return [missing('data[username]'), missing('data[password]')];
  const problems = (own(requiredKeys, type) ?? [])
    .filter(key => !Object.hasOwn(data, key))
    .map(key => missing(`data[${key}]`));
  const json = ['.dockerconfigjson', '.dockercfg'].find(
    key => Object.hasOwn(data, key) && own(requiredKeys, type)?.includes(key),
  );
  if (json === undefined) return problems;
  const { problem } = scanJson(Buffer.from(String(data[json]), 'base64').toString());
  if (problem === undefined) return problems;
  const message = `Invalid value: "<secret contents redacted>": ${problem}`;
  return [...problems, { reason: 'FieldValueInvalid', message, field: `data[${json}]` }];
}

export const configMapRules: KindRules = {
  problems(object, old) {
    return [
      ...immutableProblems(object, old, ['data', 'binaryData']),
      ...keyProblems(object, ['data', 'binaryData']),
    ];
  },
};

/** https://kubernetes.io/docs/concepts/configuration/configmap/#configmap-immutable */
function immutableProblems(
  object: JsonObject,
  old: JsonObject | undefined,
  fields: readonly string[],
): Cause[] {
  if (old?.immutable !== true) return [];
  const forbidden = (field: string, what: string): Cause => ({
    reason: 'FieldValueForbidden',
    message: `Forbidden: ${what}`,
    field,
  });
  const problems: Cause[] = [];
  if (object.immutable !== true)
    problems.push(forbidden('immutable', 'field is immutable when `immutable` is set'));
  for (const field of fields) {
    if (!equal(objectAt(object, field), objectAt(old, field))) {
      problems.push(forbidden(field, 'field is immutable when `immutable` is set'));
    }
  }
  return problems;
}

function keyProblems(object: JsonObject, fields: readonly string[]): Cause[] {
  const problems: Cause[] = [];
  let size = 0;
  for (const field of fields) {
    for (const [key, value] of Object.entries(objectAt(object, field))) {
      size += String(value).length;
      if (field === 'data' && Object.hasOwn(objectAt(object, 'binaryData'), key)) {
        const message = `Invalid value: ${JSON.stringify(key)}: duplicate of key present in binaryData`;
        problems.push({ reason: 'FieldValueInvalid', message, field: `data[${key}]` });
      }
      problems.push(...dataKey(key, `${field}[${key}]`));
    }
  }
  if (size > sizeLimit)
    problems.push({
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${sizeLimit} bytes`,
      field: '[]',
    });
  return problems;
}
