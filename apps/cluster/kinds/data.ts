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
    problems.push(...sizeProblems(valueSizes(object, 'data', 'base64'), 'data'));
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
      ...sizeProblems(valueSizes(object, 'data', 'utf8') + valueSizes(object, 'binaryData', 'base64'), '[]'),
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
  for (const field of fields) {
    for (const key of Object.keys(objectAt(object, field))) {
      if (field === 'data' && Object.hasOwn(objectAt(object, 'binaryData'), key)) {
        const message = `Invalid value: ${JSON.stringify(key)}: duplicate of key present in binaryData`;
        problems.push({ reason: 'FieldValueInvalid', message, field: `data[${key}]` });
      }
      problems.push(...dataKey(key, `${field}[${key}]`));
    }
  }
  return problems;
}

/** How many bytes the values hold, whatever they are written in. */
function valueSizes(object: JsonObject, field: string, encoding: 'base64' | 'utf8'): number {
  const sizes = Object.values(objectAt(object, field)).map(value =>
    Buffer.byteLength(String(value), encoding),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function sizeProblems(size: number, field: string): Cause[] {
  if (size <= sizeLimit) return [];
  const message = `Too long: may not be more than ${sizeLimit} bytes`;
  return [{ reason: 'FieldValueTooLong', message, field }];
}
