import { isObject, type Json, type JsonObject } from '@millrace/json';

const instant = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const versions = ['uid', 'resourceVersion', 'controller-uid', 'batch.kubernetes.io/controller-uid'];

/** An answer with what differs between two servers, or two runs of one, replaced by what it is. Keys are in order. */
export function masked(value: Json, key = '', path = ''): Json {
  if (Array.isArray(value)) {
    const items = value.map(item => masked(item, '', `${path}[]`));
    return key === 'managedFields' ? items.sort(byText) : items;
  }
  if (isObject(value)) return maskedFields(value, path);
  if (key === 'nodePort') return '<port>';
  return typeof value === 'string' ? maskedText(value, key, path) : value;
}

function maskedFields(value: JsonObject, path: string): JsonObject {
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map(key => [key, masked(value[key] as Json, key, `${path}.${key}`)]));
}

function byText(a: Json, b: Json): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

function maskedText(value: string, key: string, path: string): string {
  if (versions.includes(key) && value !== '') return `<${key}>`;
  const text = value.replace(uuid, '<uid>');
  if (instant.test(text)) return '<time>';
  if (text.startsWith('10.96.')) return '<ip>';
  if (key === 'continue' && text) return '<continue>';
  // Revisions and random suffixes in the middle of messages.
  const settled = text
    .replace(/(in record \(|, current: |resourceVersion: "|\\"resourceVersion\\":\\")\d+/g, '$1<revision>')
    .replace(/Gen_[a-z0-9]{5}/g, 'Gen_<rand>');
  // Words of the documentation, which are not taken over.
  if (path.endsWith('columnDefinitions[].description') && !text.startsWith('Custom')) return '<description>';
  if (path.endsWith('.cells[]') && /^\d+s$/.test(settled)) return '<age>';
  const timeless = settled.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?/g, '<time>');
  const generated = key === 'name' && /-[a-z0-9]{5}$/.test(timeless) && path.endsWith('metadata.name');
  return generated ? timeless.replace(/[a-z0-9]{5}$/, '<rand>') : timeless;
}

/** A masked Status whose causes stand in order, and whose message does not name them. */
export function inAnyOrder(answer: Json): Json {
  const body = isObject(answer) ? answer.body : undefined;
  if (!isObject(answer) || !isObject(body) || !isObject(body.details)) return answer;
  const { causes } = body.details;
  if (!Array.isArray(causes)) return answer;
  const message = String(body.message).replace(/ is invalid: .*/s, ' is invalid: <causes>');
  const details = { ...body.details, causes: [...causes].sort(byText) };
  return { ...answer, body: { ...body, message, details } };
}
